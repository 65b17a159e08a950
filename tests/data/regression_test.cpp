#include "host/data/regression.h"

#include "host/data/covariance.h"
#include "host/device/device.h"
#include "host/estimate/estimators.h"
#include "host/measure/reader.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"
#include "kernels/model/layout.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace moerate;

namespace
{

/// Names places in messages of the tests.
struct TestSource : Source
{
    std::string place(Pointer const&) const override { return "test"; }
    std::string name(Pointer const& at) const override { return at.to_string(); }
};

std::shared_ptr<Estimator const> estimator_of(nlohmann::json const& settings)
{
    TestSource const source;
    Reader reader(source, settings, Pointer());
    return read_estimator(reader, {1, 1 << 20});
}

Model model_of(char const* activation, int d, int k)
{
    ExpertSpec expert;
    expert.activation = find<Activations>(activation);
    return make_model({}, expert, d, k);
}

Regression fitted(DataTable const& table, Model const& model, bool raw = false)
{
    std::unique_ptr<Device> const device = make_cpu_device(1);
    std::shared_ptr<Estimator const> const estimator = estimator_of({{"kind", "lse"}});
    RegressionSpec spec;
    spec.model = model;
    spec.estimator = estimator.get();
    spec.starts = {8, 8};
    spec.raw = raw;
    return fit_table(*device, table, spec);
}

/// Two experts with a gate on x1, noise 0.05.
DataTable drawn_table(int n, int d, double unit)
{
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::normal_distribution<double> normal;
    DataTable table{d, n, {}, {}};
    for (int t = 0; t < n; ++t) {
        std::vector<double> x(static_cast<std::size_t>(d));
        for (double& value : x)
            value = uniform(random);
        double const g = 1 / (1 + std::exp(-3 * x[0]));
        table.y.push_back(g * (2 * x[0] + 1) - (1 - g) * x[0] + 0.05 * normal(random));
        for (double const value : x)
            table.x.push_back(unit * value + 3 * unit);
    }
    return table;
}

} // namespace

TEST_CASE("one expert of identity is linear regression, errors and criteria by hand",
          "[regression]")
{
    DataTable const table{1, 5, {-1, 0, 1, 2, 5}, {1, 2, 2, 5, 7}};
    Regression const fit = fitted(table, model_of("identity", 1, 1));
    double mean_x = 0, mean_y = 0, sxx = 0, sxy = 0;
    for (int t = 0; t < 5; ++t) {
        mean_x += table.x[t] / 5;
        mean_y += table.y[t] / 5;
    }
    for (int t = 0; t < 5; ++t) {
        sxx += (table.x[t] - mean_x) * (table.x[t] - mean_x);
        sxy += (table.x[t] - mean_x) * (table.y[t] - mean_y);
    }
    double const slope = sxy / sxx;
    double square = 0, of_slope = 0, of_offset = 0;
    for (int t = 0; t < 5; ++t) {
        double const away = table.x[t] - mean_x;
        double const residual = table.y[t] - mean_y - slope * away;
        square += residual * residual;
        of_slope += std::pow(away / sxx * residual, 2);
        of_offset += std::pow((0.2 - mean_x * away / sxx) * residual, 2);
    }
    std::vector<double> const& theta = fit.measure.theta; // w, b, a, b
    std::vector<double> const& error = fit.standard_errors;
    // A fit ends where its MSE can fall by no more than 1e-9 of it: as the squares of these errors.
    CHECK(theta[2] == Approx(slope).epsilon(1e-4));
    CHECK(theta[3] == Approx(mean_y - slope * mean_x).epsilon(1e-4));
    CHECK(fit.mse == Approx(square / 5).epsilon(1e-9));
    CHECK(std::isnan(error[0])); // the gate of one atom is 1 whatever its parameters
    CHECK(std::isnan(error[1]));
    CHECK(error[2] == Approx(std::sqrt(5.0 / 3 * of_slope)).epsilon(1e-4));
    CHECK(error[3] == Approx(std::sqrt(5.0 / 3 * of_offset)).epsilon(1e-4));
    CHECK(fit.outcome.facts.rank == 2);
    double const deviance = 5 * (std::log(2 * 3.141592653589793 * square / 5) + 1);
    CHECK(fit.aic == Approx(deviance + 6).epsilon(1e-8));
    CHECK(fit.bic == Approx(deviance + 3 * std::log(5.0)).epsilon(1e-8));
    CHECK(std::isnan(fit.start_mse));
}

/// The standard errors of a measure as it is, on samples that it makes with some noise.
std::vector<double> errors_at(Model const& model, std::vector<double> const& theta, int n)
{
    std::unique_ptr<Device> const device = make_cpu_device(1);
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal;
    std::vector<double> x(static_cast<std::size_t>(n) * model.d), y(n);
    for (double& value : x)
        value = normal(random);
    DeviceArray<double> const on_device(*device, theta), rows(*device, x), f(*device, y.size());
    device->run(std::vector<EvaluateTask<double>>{
        {model, on_device.data(), n, rows.data(), nullptr, f.data(), nullptr, nullptr, nullptr}});
    y = f.download();
    for (double& value : y)
        value += 0.1 * normal(random);
    DeviceArray<double> const responses(*device, y);
    return standard_errors(*device, {model, theta, n, rows.data(), responses.data()}, {{0}, {1}});
}

TEST_CASE("no gate of softmax has an error of its own, however light its atom is", "[regression]")
{
    for (double const bias : {0.0, -4.0, -8.0, -12.0}) {
        // w and b of the gate's three atoms, then a and b of the experts
        std::vector<double> const theta{1, 0.3, -1, 0, 0.5, bias, 2, 1, -1, 0.5, 1, -2};
        std::vector<double> const errors = errors_at(model_of("gelu", 1, 3), theta, 2000);
        for (std::size_t i = 0; i < 6; ++i) {
            INFO("bias " << bias << ", coordinate " << i);
            CHECK(std::isnan(errors[i])); // a common shift of all w or b changes nothing
        }
        CHECK(errors[6] > 0); // a of the first atom
    }
}

TEST_CASE("inputs in any unit give the same fit, told in their own unit", "[regression]")
{
    Model const model = model_of("gelu", 2, 2);
    Regression const one = fitted(drawn_table(400, 2, 1), model);
    Regression const large = fitted(drawn_table(400, 2, 1e6), model);
    // The standardised data differ by roundings, and so does the minimum, quadratically.
    CHECK(large.mse == Approx(one.mse).epsilon(1e-8));
    CHECK(one.mse < 0.01);
    // Blind starts may find the two atoms in either order. Slopes are good to a thousandth.
    bool const swapped = std::abs(large.measure.theta[6] * 1e6 - one.measure.theta[6]) > 1;
    for (std::size_t i = 6; i < 10; ++i) { // a: what the data tell apart
        std::size_t const j = swapped ? 6 + (i + 2 - 6) % 4 : i;
        CHECK(large.measure.theta[j] * 1e6 == Approx(one.measure.theta[i]).margin(1e-3));
        CHECK(large.standard_errors[j] * 1e6 == Approx(one.standard_errors[i]).epsilon(1e-3));
    }
}

TEST_CASE("constant inputs, few samples and atoms too many are named with advice", "[regression]")
{
    DataTable table = drawn_table(40, 2, 1);
    for (std::size_t t = 0; t < 40; ++t)
        table.x[2 * t + 1] = 7;
    Regression const fit = fitted(table, model_of("identity", 2, 8));
    REQUIRE(fit.notes.size() >= 2);
    CHECK_THAT(fit.notes[0], Catch::StartsWith("x2 is 7 in all samples"));
    CHECK_THAT(fit.notes[1], Catch::StartsWith("there are 40 samples for 48 parameters"));
    CHECK(std::isfinite(fit.mse));

    // Two experts of one law: y is linear, so a second atom is one too many.
    DataTable line = drawn_table(200, 1, 1);
    for (std::size_t t = 0; t < 200; ++t)
        line.y[t] = 2 * line.x[t] - 1;
    Regression const twice = fitted(line, model_of("identity", 1, 2));
    REQUIRE_FALSE(twice.notes.empty());
    CHECK_THAT(twice.notes.back(), Catch::Contains("try --experts 1"));
}

namespace
{

bool has_note(Regression const& fit, std::string const& text)
{
    return std::any_of(fit.notes.begin(), fit.notes.end(), [&](std::string const& note) {
        return note.find(text) != std::string::npos;
    });
}

} // namespace

TEST_CASE("atoms that carry the signal are not told to go, whatever y's offset", "[regression]")
{
    // A step around 5, two thousandths high, which noise is far below.
    DataTable steps = drawn_table(400, 1, 1);
    auto const noise = [](std::size_t t) { return 1e-5 * std::sin(1000.0 * double(t)); };
    for (std::size_t t = 0; t < 400; ++t)
        steps.y[t] = 5 + 0.002 * std::tanh(4 * (steps.x[t] - 3)) + noise(t);
    GateSpec const softmax = model_of("identity", 1, 2).gate;
    ExpertSpec constant;
    constant.form = find<Experts>("constant");
    Regression const two = fitted(steps, make_model(softmax, constant, 1, 2));
    CHECK(two.mse < 1e-9); // one constant has 4e-6
    CHECK_FALSE(has_note(two, "try --experts 1"));

    // One line to the left and to the right of another: one expert with two gates, no atom too
    // many.
    DataTable bands = drawn_table(400, 1, 1);
    for (std::size_t t = 0; t < 400; ++t) {
        double const x = bands.x[t] - 3;
        double const outer = std::exp(7 * x - 3) + std::exp(-7 * x - 3);
        bands.y[t] = (outer - 1) * (x + 0.5) / (1 + outer) + noise(t);
    }
    Regression const fit = fitted(bands, model_of("identity", 1, 3));
    CHECK(fit.mse < 1e-9);
    CHECK_FALSE(has_note(fit, "try --experts 2"));
}

TEST_CASE("sgd's criteria count what the data identify, as least squares' do", "[regression]")
{
    DataTable const data = drawn_table(300, 1, 1);
    Model const model = model_of("gelu", 1, 2);
    std::unique_ptr<Device> const device = make_cpu_device(1);
    auto const sgd =
        estimator_of({{"kind", "sgd"}, {"epochs", 5}, {"batch", "full"}, {"precision", "float64"}});
    RegressionSpec spec;
    spec.model = model;
    spec.estimator = sgd.get();
    for (int i = 0; i < model.layout.size; ++i)
        spec.start.push_back(0.3 * std::sin(5.0 * i));
    Regression const fit = fit_table(*device, data, spec);
    REQUIRE(fit.outcome.facts.rank);
    CHECK(*fit.outcome.facts.rank == 6); // of 8: a common shift of w and one of b change nothing
    double const deviance = 300 * (std::log(2 * std::acos(-1.0) * fit.mse) + 1);
    CHECK(fit.aic == Approx(deviance + 2 * 7));
}

TEST_CASE("sizes that box, starts or float64 do not hold are told", "[regression]")
{
    DataTable offset{1, 40, {}, {}}, far = offset, large = offset;
    for (int t = 0; t < 40; ++t) {
        double const x = t / 20.0 - 1;
        for (DataTable* table : {&offset, &far, &large})
            table->y.push_back(2 * x + 0.1 * std::cos(7.0 * t));
        offset.x.push_back(x);
        offset.y.back() += 100;
        far.x.push_back(1e15 + x);
        large.x.push_back(1e160 * x);
    }
    Regression const boxed = fitted(offset, model_of("identity", 1, 1));
    CHECK(boxed.outcome.facts.at_bound == 1);
    CHECK(has_note(boxed, "or scale y, which is up to 102"));
    CHECK_FALSE(has_note(boxed, "digits"));
    CHECK(has_note(fitted(far, model_of("identity", 1, 1)), "digits are lost"));
    CHECK_THROWS_WITH(fitted(large, model_of("identity", 1, 1)),
                      Catch::Contains("column x1 holds numbers up to 1e+160"));
    DataTable wide = drawn_table(100, 2, 1000);
    Regression const raw = fitted(wide, model_of("identity", 2, 1), true);
    CHECK(has_note(raw, "x2 is of size"));
    GateSpec gate;
    gate.score = find<Scores>("euclidean");
    gate.normalizer = find<Normalizers>("sigmoid");
    Regression const dead = fitted(wide, make_model(gate, model_of("identity", 2, 2).expert, 2, 2));
    CHECK(has_note(dead, "x1 is of size"));
    CHECK(has_note(dead, "the fit is 0 at all samples"));
    CHECK_FALSE(has_note(dead, "try --experts 1"));
}
