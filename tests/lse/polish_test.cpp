// Fits on kinks: minima known by hand, then drawn mixtures and what lies around their ends.

#include "host/estimate/lse_polish.h"
#include "tests/lse/rounds_case.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace moerate;

namespace
{

/// Rounds, and what goes on from their ends.
std::vector<RoundsFit> polished(Device& device, std::vector<RoundsCase> const& cases)
{
    std::vector<OnDevice> memory;
    std::vector<LseItem<double>> items;
    for (RoundsCase const& c : cases) {
        memory.emplace_back(device, c);
        items.push_back(memory.back().item(c));
        items.back().settings.polished = true;
    }
    std::vector<LseResult> results = run_rounds(device, items);
    polish(device, items, results);
    std::vector<RoundsFit> out;
    for (std::size_t i = 0; i < cases.size(); ++i)
        out.push_back({results.at(i), memory[i].theta.download()});
    return out;
}

RoundsFit polished(RoundsCase const& c)
{
    return polished(*make_cpu_device(1), {c})[0];
}

/// f(x) = relu(a x + b), one atom that has all the weight, to (-1, -1), (0, y0), (1, 1), (2, 1.5).
RoundsCase corner(double a, double b, double y0 = -1)
{
    RoundsCase c{
        {model_of("softmax", "relu", 1, 1), {0, 0, a, b}, {-1, 0, 1, 2}, {-1, y0, 1, 1.5}}};
    c.settings.gain_tolerance = c.settings.decrease_tolerance = 1e-15;
    return c;
}

/// Data of a mixture of two experts in four dimensions, with a start at its truth; fits of it end
/// on kinks.
RoundsCase mixture(char const* normalizer, int n, unsigned seed)
{
    RoundsCase c{near_truth(model_of(normalizer, "relu", 4, 2), n, seed, 0, 0)};
    c.problem.theta = {2, -1,   0.5, 0,  -1.5, 1, 0, 0.5, 0.5, -0.5, // w, b
                       2, -0.5, 1,   -1, -1,   2, 1, 0.5, 0.5, 0.3}; // a, b
    std::mt19937_64 random(seed + 2);
    std::normal_distribution<double> normal;
    for (int t = 0; t < n; ++t)
        c.problem.y[t] =
            plain_sample(c.problem.model, c.problem.theta, c.problem.x.data() + t * 4).f +
            0.2 * normal(random);
    return c;
}

/// n (MSE - other MSE) / sigma^2, sigma^2 of the first.
double above(RoundsCase const& c, LseResult const& fit, LseResult const& other)
{
    double const freedom = c.problem.n() - coordinate_count(c.problem.model);
    return freedom * (fit.mse - other.mse) / fit.mse;
}

/// Where a and b of the experts of a mixture begin.
constexpr int directions = 10, biases = 18;

/// The number-th smallest |a.x + b| of an atom of a mixture.
double distance_of(int number, std::vector<double> const& theta, Problem<double> const& problem,
                   int atom)
{
    std::vector<double> all;
    for (int t = 0; t < problem.n(); ++t) {
        double z = theta[biases + atom];
        for (int f = 0; f < 4; ++f)
            z += theta[directions + 4 * atom + f] * problem.x[4 * t + f];
        all.push_back(std::fabs(z));
    }
    std::nth_element(all.begin(), all.begin() + number - 1, all.end());
    return all[number - 1];
}

} // namespace

// Through (0, 0) the slope is (1 + 3) / 5, with residuals -0.2, 0.1 on the right. The gradient by
// (a, b) is (0, -0.1 + t), t in [0, 1] what the kink at (0, -1), whose residual is 1, has of its
// slope: at t = 0.1 there is none.
TEST_CASE("a fit that a kink holds")
{
    for (double const b : {-0.3, 0.0, 0.4}) {
        RoundsFit const fit = polished(corner(1, b));
        INFO("from b = " << b << ", " << fit.result.rounds << " rounds");
        CHECK(fit.result.end == LseEnd::kink);
        CHECK(fit.result.kinks == 1);
        CHECK(fit.theta[2] == Approx(0.8).epsilon(1e-8)); // the root of what the MSE is least to
        CHECK(fit.theta[3] == Approx(0).margin(1e-9));    // kinks have a width of 1e-11
        CHECK(fit.result.mse == Approx((1 + 1 + 0.04 + 0.01) / 4).epsilon(1e-9));
        CHECK(fit.result.predicted_gain < 1e-9);
        CHECK(fit.result.gradient_norm < 1e-7); // with t = 0.1
        CHECK(fit.result.at_bound == 0);
    }
}

TEST_CASE("a fit that a kink and the box hold")
{
    RoundsCase c = corner(0.6, 0.2);
    c.upper[2] = 0.7; // residuals 0, -0.3, -0.1: gradient (-0.5, -0.4 + t)
    RoundsFit const fit = polished(c);
    CHECK(fit.result.end == LseEnd::kink);
    CHECK(fit.result.kinks == 1);
    CHECK(fit.result.at_bound == 1);
    CHECK(fit.theta[2] == 0.7);
    CHECK(fit.theta[3] == Approx(0).margin(1e-9));
    CHECK(fit.result.mse == Approx((1 + 1 + 0.09 + 0.01) / 4).epsilon(1e-9));
}

// The slope of S falls at (0, 1) where it is seen: the fit starts on that kink, and goes on to
// where least squares of all four points, 1/4 + 3/4 x, does not see (-1, -1), and of the right
// three, 11/12 + x / 4, does. Through (-1, 0) the slope is (1 + 2 + 4.5) / (1 + 4 + 9), with
// residuals 1, -6.5/14, 1/14, 1.5/14, and t = 4/14.
TEST_CASE("a concave kink holds no fit, the next convex one does")
{
    RoundsFit const fit = polished(corner(1, 0, 1));
    CHECK(fit.result.end == LseEnd::kink);
    CHECK(fit.result.kinks == 1);
    CHECK(fit.theta[2] == Approx(7.5 / 14).epsilon(1e-8));
    CHECK(fit.theta[3] == Approx(7.5 / 14).epsilon(1e-8));
    CHECK(fit.result.mse == Approx((1 + (6.5 * 6.5 + 1 + 1.5 * 1.5) / 196) / 4).epsilon(1e-9));
}

// 24 samples are on one kink at the start, more than are looked at of an atom: twelve of which
// would hold the fit (jumps 1), twelve behind them drive it off (jumps -3/2). They have one x, so
// that they pass together, f(0) = b: 24 b^2 / 2 - 6 b is least at b = 1/4 of these alone.
TEST_CASE("all samples that are on a kink count")
{
    RoundsCase c = corner(1, 0);
    c.problem.x.assign(24, 0);
    c.problem.y.assign(12, -1);
    c.problem.y.resize(24, 1.5);
    for (double const beside : {1, 2}) { // f(x) = x + 0 so far
        c.problem.x.push_back(beside);
        c.problem.y.push_back(beside);
    }
    RoundsFit const fit = polished(c);
    // the normal equations of x = 0 (24 times, mean y 1/4), 1 and 2: a = 1 - 3 b / 5
    CHECK(fit.theta[3] == Approx(6 / (26 - 9.0 / 5)).epsilon(1e-7));
    CHECK(fit.theta[2] == Approx(1 - 0.6 * fit.theta[3]).epsilon(1e-7));
    CHECK(fit.result.predicted_gain < 1e-9);
}

// No sample is above the kink of relu(x - 2), and (2, 1.5) is on it: f has no derivative, but f(2)
// rises at once with a and b.
TEST_CASE("an atom comes to life from its kink")
{
    RoundsFit const fit = polished(corner(1, -2));
    // with (2, 1.5) and (1, 1) on f, and (0, -1) and (-1, -1) below
    CHECK(fit.result.mse == Approx((1 + 1 + 0 + 0) / 4.0).epsilon(1e-3).margin(0.06));
    CHECK(fit.result.mse < (1 + 1 + 1 + 2.25) / 4 - 0.1);
}

TEST_CASE("smooth fits, and ends at minima, stay as they are")
{
    auto const device = make_cpu_device(1);
    std::vector<RoundsCase> cases{{near_truth(model_of("softmax", "gelu", 2, 2), 200, 3, 0.1, 0.5)},
                                  {near_truth(model_of("sigmoid", "tanh", 2, 2), 60, 4, 0.1, 0.5)}};
    for (RoundsCase& c : cases)
        c.settings.iterations = 5; // slow: there is something left
    std::vector<RoundsFit> const plain = fitted(*device, cases), after = polished(*device, cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CHECK(same_bits(plain[i].theta, after[i].theta));
        CHECK(plain[i].result.end == after[i].result.end);
        CHECK(plain[i].result.rounds == after[i].result.rounds);
        CHECK(after[i].result.kinks == 0);
    }
}

TEST_CASE("fits on kinks do not depend on what else is polished, nor on threads")
{
    std::vector<RoundsCase> const cases{mixture("softmax", 150, 1), corner(1, 0.4),
                                        mixture("sigmoid", 400, 2), mixture("softmax", 90, 3)};
    std::vector<RoundsFit> const together = polished(*make_cpu_device(2), cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        RoundsFit const alone = polished(cases[i]);
        INFO("case " << i);
        CHECK(same_bits(alone.theta, together[i].theta));
        CHECK(alone.result.mse == together[i].result.mse);
        CHECK(alone.result.end == together[i].result.end);
        CHECK(alone.result.kinks == together[i].result.kinks);
        CHECK(alone.result.predicted_gain == together[i].result.predicted_gain);
        CHECK(alone.result.mse <= fitted(cases[i]).result.mse);
    }
}

TEST_CASE("all forms of experts, and gates of all kinds")
{
    auto const device = make_cpu_device(2);
    std::vector<RoundsCase> cases;
    for (char const* form : {"ridge", "ffn", "normalized"})
        for (char const* normalizer : {"softmax", "sigmoid"}) {
            Model model = model_of(normalizer, "relu", 3, 2);
            model = make_model(model.gate, {find<Experts>(form), model.expert.activation, 1}, 3, 2);
            cases.push_back({near_truth(model, 200, 31, 0.1, 0.1)});
        }
    std::vector<RoundsFit> const fits = polished(*device, cases);
    int held = 0;
    for (std::size_t i = 0; i < fits.size(); ++i) {
        INFO("case " << i << ", " << fits[i].result.rounds << " rounds");
        CHECK(fits[i].result.predicted_gain <= 0.01);
        held += fits[i].result.end == LseEnd::kink ? 1 : 0;
    }
    CHECK(held >= 2);
}

// Restarts move a and b of each expert by about the distance of its fourth-nearest sample from the
// kink, so that the nearest ones are on any side.
TEST_CASE("no neighbouring piece has a lower end")
{
    auto const device = make_cpu_device(2);
    constexpr int fits = 20, restarts = sanitized ? 40 : 200, near_kinks = 4;
    std::vector<RoundsCase> cases;
    for (int i = 0; i < fits; ++i)
        cases.push_back(mixture(i % 2 == 0 ? "softmax" : "sigmoid", 1000, 100 + i));
    std::vector<RoundsFit> const ends = polished(*device, cases);
    int held = 0;
    for (int i = 0; i < fits; ++i) {
        INFO("fit " << i << ", " << ends[i].result.kinks << " kinks");
        CHECK(ends[i].result.predicted_gain <= 0.01);
        held += ends[i].result.end == LseEnd::kink ? 1 : 0;
        std::mt19937_64 random(i);
        std::normal_distribution<double> normal;
        std::vector<RoundsCase> around(restarts, cases[i]);
        for (RoundsCase& other : around) {
            other.problem.theta = ends[i].theta;
            for (int atom = 0; atom < 2; ++atom) {
                double const sd = distance_of(near_kinks, ends[i].theta, cases[i].problem, atom);
                for (int f = 0; f < 4; ++f)
                    other.problem.theta[directions + 4 * atom + f] += sd * normal(random);
                other.problem.theta[biases + atom] += sd * normal(random);
            }
        }
        double most = 0;
        for (RoundsFit const& other : polished(*device, around))
            most = std::max(most, above(cases[i], ends[i].result, other.result));
        CHECK(most <= 0.01);
    }
    CHECK(held >= fits / 2);
}
