// The estimator "lse": its keys, and fits whose minimum is known.

#include "host/core/error.h"
#include "host/device/slices.h"
#include "host/estimate/estimators.h"
#include "host/estimate/linear_experts.h"
#include "host/estimate/lse_starts.h"
#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"
#include "kernels/model/layout.h"
#include "tests/estimate/estimator_keys.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

using namespace moerate;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

std::shared_ptr<Estimator const> read(json keys)
{
    EstimatorKeys const source;
    keys["kind"] = "lse";
    Reader reader(source, keys, Pointer() / "estimator");
    return read_estimator(reader, {4, 100});
}

std::string error_of(json const& keys)
{
    try {
        read(keys);
    } catch (UsageError const& error) {
        return error.what();
    }
    return "";
}

Box box_of(json const& keys)
{
    EstimatorKeys const source;
    Reader reader(source, keys, Pointer() / "estimator");
    return Box(reader);
}

/// f(x) = a x + b: one atom has all the weight, so nothing depends on its gate.
Model line()
{
    ExpertSpec expert;
    expert.activation = find<Activations>("identity");
    return make_model(GateSpec{}, expert, 1, 1);
}

/// Where a and b stand in theta: the gate's w and b come first.
constexpr std::size_t slope = 2, intercept = 3;

// Four samples: mean x = 3/2, mean y = 1, sum (x - mean)^2 = 13, sum (x - mean)(y - mean) = 1.
std::vector<double> const line_x{-1, 1, 2, 4}, line_y{1, 2, -1, 2};
constexpr double best_slope = 1. / 13, best_intercept = 1 - 1.5 / 13;
/// The minimum: (sum (y - mean)^2 - 1 / 13) / 4.
constexpr double best_mse = (6 - 1. / 13) / 4;

/// Two gates with smooth experts, in two dimensions, and data of its own.
struct Mixture
{
    explicit Mixture(Device& device, int n = 300, std::uint32_t replicate = 0) : samples(n)
    {
        ExpertSpec expert;
        expert.activation = find<Activations>("gelu");
        GateSpec gate;
        gate.score = find<Scores>("linear");
        gate.normalizer = find<Normalizers>("sigmoid");
        model = make_model(gate, expert, 2, 2);
        key.replicate = replicate;
        DeviceArray<double> const at(device, truth);
        x = DeviceArray<double>(device, static_cast<std::size_t>(n) * 2);
        y = DeviceArray<double>(device, n);
        device.run(
            std::vector<GenerateTask<double>>{{model, at.data(), key, Stream::x, n, 0.1, x.data(),
                                               y.data(), nullptr, nullptr, nullptr}});
    }
    FitProblem<double> problem(double* theta, Starts starts = {}, double* near = nullptr) const
    {
        return {model, key, samples, x.data(), y.data(), theta, starts, near};
    }

    int samples;
    Model model;
    StreamKey key{3, 4, 0, 300};
    std::vector<double> truth{2, -1, -1.5, 1, 0.5, -0.5, 2, 1, -1, 2, 0.5, -1}; // w, b, a, b
    DeviceArray<double> x, y;
};

/// A fit from `start`, with where it ended.
struct Fitted
{
    FitOutcome outcome;
    std::vector<double> theta, near;
};

Fitted fit_line(Device& device, json const& keys, std::vector<double> const& start, Starts starts)
{
    DeviceArray<double> const x(device, line_x), y(device, line_y), theta(device, start),
        near(device, start.size());
    auto const lse = read(keys);
    FitProblem<double> const problem{line(),   StreamKey{},  4,      x.data(),
                                     y.data(), theta.data(), starts, near.data()};
    auto const outcomes = fit<double>(device, {{lse.get(), problem}});
    return {outcomes.at(0), theta.download(), near.download()};
}

} // namespace

TEST_CASE("least squares reads its box and its ends")
{
    auto const usual = read({});
    json const settings = usual->settings();
    CHECK(settings.size() == 8);
    CHECK(settings["box"] == 10);
    CHECK((settings["box_temperature"] == 10 && settings["box_lambda"] == 10));
    CHECK(settings["precision"] == "float64");
    CHECK(usual->in_float64());
    CHECK(usual->usual_starts() == 8);
    json const own{{"box", {{"w", 5}, {"K", 2}}},
                   {"box_lambda", 3},
                   {"box_temperature", 4},
                   {"iterations", 7},
                   {"precision", "float64"}};
    auto const lse = read(own);
    for (auto const& [key, value] : own.items())
        CHECK(lse->settings().at(key) == value);
    CHECK(lse->limited_to(3)->settings()["iterations"] == 3);
    CHECK(read({{"search_samples", 500}})->settings()["search_samples"] == 500);
    CHECK_THAT(read({{"search_samples", 500}})->text(), Contains("first 500 samples"));
    CHECK_THAT(error_of({{"search_samples", -1}}), Contains("at least 0"));
    CHECK_THAT(lse->text(),
               Contains("|w| <= 5") && Contains("at most 7 iterations") && Contains("[1/4, 4]"));
    CHECK_THAT(error_of({{"precision", "float32"}}), Contains("use \"float64\""));
    CHECK_THAT(error_of({{"box", -1}}), Contains("above 0"));
    CHECK_THAT(error_of({{"box", {{"v", 1}}}}), Contains("unknown key \"v\""));
    CHECK_THAT(error_of({{"box_temperature", 0.5}}), Contains("at least 1"));
    CHECK_THAT(error_of({{"epochs", 3}}), Contains("kind = \"sgd\" uses it"));
}

TEST_CASE("a line is fitted, and certified as what it is")
{
    auto const device = make_cpu_device(1);
    Fitted const fitted = fit_line(*device, {}, {0, 0, 1, 1}, {8, 4});
    FitFacts const& facts = fitted.outcome.facts;
    CHECK(fitted.outcome.finite);
    // Their MSE is least to 1e-9, so they are to its root.
    CHECK(fitted.theta[slope] == Approx(best_slope).margin(1e-4));
    CHECK(fitted.theta[intercept] == Approx(best_intercept).margin(1e-4));
    CHECK(facts.coordinates == 4);
    CHECK(facts.dead == 2); // the gate of the only atom
    CHECK(facts.rank == 2);
    CHECK(facts.deficit == 0);
    CHECK(facts.at_bound == 0);
    // J has the columns x and 1: scaled, their product is sum x / sqrt(4 sum x^2) = 6 / sqrt(88).
    CHECK(facts.smallest[0] == Approx(1 - 6 / std::sqrt(88.)));
    CHECK(facts.smallest[1] == Approx(1 + 6 / std::sqrt(88.)));
    CHECK(std::isnan(facts.smallest[2]));
    CHECK(facts.stationary == true);
    CHECK(facts.best == true);
    CHECK(facts.won == 0); // all starts end in the one minimum
    REQUIRE(facts.starts.size() == 8);
    for (std::size_t s = 0; s < 8; ++s) {
        StartRecord const& start = facts.starts[s];
        CHECK(start.kind == (s < 4 ? "near" : "blind"));
        CHECK(start.mse == Approx(best_mse).epsilon(1e-8));
        CHECK(start.above <= 1e-4);
        CHECK(start.distance < 1e-3);
        CHECK_FALSE(start.ended.empty());
    }
    CHECK(facts.ended == facts.starts[0].ended);
    CHECK(fitted.near == fitted.theta);
}

TEST_CASE("too few starts certify nothing")
{
    auto const device = make_cpu_device(1);
    CHECK(fit_line(*device, {}, {0, 0, 1, 1}, {1, 0}).outcome.facts.best == false);
    CHECK(fit_line(*device, {}, {0, 0, 1, 1}, {8, 3}).outcome.facts.best == false);
    CHECK(fit_line(*device, {}, {0, 0, 1, 1}, {7, 4}).outcome.facts.best == false);
}

TEST_CASE("a fit stays in its box, whatever its start")
{
    auto const device = make_cpu_device(1);
    Fitted const fitted = fit_line(*device, {{"box", {{"a", 0.05}}}}, {0, 0, 3, 20}, {1, 0});
    CHECK(fitted.theta[slope] == 0.05);
    CHECK(fitted.theta[intercept] == Approx(1 - 1.5 * 0.05).margin(1e-4));
    CHECK(fitted.outcome.facts.at_bound == 1);
    CHECK(fitted.outcome.facts.stationary == true);
}

TEST_CASE("a mixture's fit is below the truth, and does not depend on what else is fitted")
{
    auto const device = make_cpu_device(2);
    auto const lse = read({});
    Mixture const one(*device), other(*device, 200, 1);
    std::size_t const p = one.truth.size();
    auto const fit_both = [&](bool both) {
        DeviceArray<double> const a(*device, one.truth), b(*device, one.truth), near(*device, p);
        std::vector<FitRequest<double>> requests{
            {lse.get(), one.problem(a.data(), {8, 4}, near.data())}};
        if (both)
            requests.insert(requests.begin(), {lse.get(), other.problem(b.data(), {2, 1})});
        auto const outcomes = fit<double>(*device, requests);
        return Fitted{outcomes.back(), a.download(), near.download()};
    };
    Fitted const alone = fit_both(false), beside = fit_both(true);
    CHECK(alone.theta == beside.theta);
    CHECK(alone.near == beside.near);
    FitFacts const& facts = alone.outcome.facts;
    CHECK(facts.smallest == beside.outcome.facts.smallest);
    CHECK(facts.rank == 12); // sigmoid gates have no flat direction
    CHECK(facts.deficit == 0);
    DeviceArray<double> const at(*device, one.truth), mse(*device, 2), fitted(*device, alone.theta);
    device->run(std::vector<EvaluateTask<double>>{
        {one.model, at.data(), one.samples, one.x.data(), one.y.data(), nullptr, nullptr, nullptr,
         mse.data()},
        {one.model, fitted.data(), one.samples, one.x.data(), one.y.data(), nullptr, nullptr,
         nullptr, mse.data() + 1}});
    CHECK(mse.download()[1] < mse.download()[0]);
    CHECK(mse.download()[1] ==
          Approx(facts.starts.at(static_cast<std::size_t>(*facts.won)).mse).epsilon(1e-12));
}

TEST_CASE("starts are the same whatever the others are, in the box, and blind ones know no truth")
{
    auto const device = make_cpu_device(1);
    Mixture const data(*device);
    Box::Bounds const bounds = box_of({{"box", 3}}).bounds(data.model);
    auto const starts_of = [&](std::vector<double> given, Starts number) {
        DeviceArray<double> const theta(*device, given);
        FitProblem<double> const problem = data.problem(theta.data(), number);
        return make_starts(*device, {{&problem, &bounds}}).at(0);
    };
    std::vector<double> far = data.truth;
    far[0] = 7;
    auto const starts = starts_of(far, {8, 4}), fewer = starts_of(far, {6, 2});
    auto const elsewhere = starts_of(std::vector<double>(far.size()), {8, 4});
    REQUIRE(starts.size() == 8);
    far[0] = 3;
    CHECK(starts[0] == far); // the given one, in the box
    CHECK(std::set<std::vector<double>>(starts.begin(), starts.end()).size() == 8);
    for (std::size_t s = 0; s < 4; ++s)
        CHECK(starts[s] == fewer[s]);
    for (std::size_t s = 4; s < 8; ++s)
        CHECK(starts[s] == elsewhere[s]); // nothing of the given start is in them
    CHECK(starts[1] != elsewhere[1]);
    for (auto const& start : starts)
        for (double const value : start)
            CHECK(std::fabs(value) <= 3);
    int inner = 0;
    for (std::size_t s = 4; s < 8; ++s)
        inner += std::all_of(starts[s].begin(), starts[s].end(),
                             [](double value) { return std::fabs(value) <= 1.5; });
    CHECK(inner >= 2); // uniform in the inner half; the others are fitted
}

TEST_CASE("linear experts are the least squares fit for their gates")
{
    auto const device = make_cpu_device(1);
    DeviceArray<double> const x(*device, line_x), y(*device, line_y);
    FitProblem<double> const problem{line(), StreamKey{}, 4, x.data(), y.data(), nullptr};
    std::vector<double> theta{0.5, -1, 0, 0};
    fit_linear_experts(*device, {{&problem, &theta}});
    CHECK(theta[0] == 0.5);
    CHECK(theta[slope] == Approx(best_slope).epsilon(1e-4)); // up to the ridge
    CHECK(theta[intercept] == Approx(best_intercept).epsilon(1e-4));
}
