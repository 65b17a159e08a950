// Fits by rounds of Levenberg-Marquardt: minima known by hand, then drawn mixtures.

#include "tests/lse/rounds_case.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace moerate;

namespace
{

/// f(x) = a x + b, one atom that has all the weight, to four points: a = 0.9, b = 0.8, residuals
/// -0.1, -0.2, 0.7, -0.4.
RoundsCase line(double a, double b)
{
    return {{model_of("softmax", "identity", 1, 1), {0, 0, a, b}, {-1, 0, 1, 2}, {0, 1, 1, 3}}};
}

/// f(x) = relu(x + b) to (0, -1) and (1, 1.5): the slope of S is b - 1/2 left of b = 0, where the
/// first point is not seen, and 2 b + 1/2 right of it. The minimum is on the kink, S = (1 + 1/4)
/// / 2.
RoundsCase kink(double b)
{
    RoundsCase c{{model_of("softmax", "relu", 1, 1), {0, 0, 1, b}, {0, 1}, {-1, 1.5}}};
    c.lower = {0, 0, 1, -10};
    c.upper = {0, 0, 1, 10};
    return c;
}

} // namespace

TEST_CASE("a line has the minimum of the normal equations")
{
    RoundsFit const fit = fitted(line(5, -3));
    CHECK(fit.theta[2] == Approx(0.9).epsilon(1e-6)); // from a gain of 1e-9
    CHECK(fit.theta[3] == Approx(0.8).epsilon(1e-6));
    CHECK(fit.result.mse == Approx(0.175).epsilon(1e-9));
    CHECK(fit.result.start_mse == Approx((64 + 16 + 1 + 16) / 4.0)); // residuals -8, -4, 1, 4
    CHECK(fit.result.end == LseEnd::gain);
    CHECK(fit.result.rounds <= 3); // the damping leaves 1e-4 of the first step, 3e-5 of the second
    CHECK(fit.result.at_bound == 0);
    CHECK(fit.result.predicted_gain <= 1e-6);
    CHECK(fit.theta[0] == 0); // nothing depends on the gate
}

TEST_CASE("the minimum on a bound")
{
    RoundsCase c = line(-5, -3);
    c.upper[2] = 0.5; // then b = 1, residuals 1/2, 0, 1/2, -1
    RoundsFit const fit = fitted(c);
    CHECK(fit.theta[2] == 0.5);
    CHECK(fit.theta[3] == Approx(1).epsilon(1e-6));
    CHECK(fit.result.mse == Approx(0.375).epsilon(1e-9));
    CHECK(fit.result.end == LseEnd::gain);
    CHECK(fit.result.at_bound == 1);
    // a start outside is put into the box
    c.problem.theta[2] = 7;
    CHECK(fitted(c).theta[2] == 0.5);
    // b, too: 2 a >= 2 - b of both right points, slope of a at b = 0.25: a = (9 - 0.5) / 6 > 0.5
    c.upper[3] = 0.25;
    RoundsFit const corner = fitted(c);
    CHECK(corner.theta[3] == 0.25);
    CHECK(corner.result.at_bound == 2);
    CHECK(corner.result.end == LseEnd::gradient);
    CHECK(corner.result.gradient_norm == 0);
    CHECK(corner.result.predicted_gain == 0);
}

TEST_CASE("ends of fits")
{
    RoundsCase c = line(5, -3);
    SECTION("no rounds left")
    {
        c.settings.iterations = 1;
        RoundsFit const fit = fitted(c);
        CHECK(fit.result.end == LseEnd::slow);
        CHECK(fit.result.rounds == 1);
        // all of what is left: n (MSE - 0.175) / sigma^2 with sigma^2 = n MSE / max(1, n - p)
        double const left = 4 * (fit.result.mse - 0.175) / (4 * fit.result.mse);
        CHECK(fit.result.predicted_gain == Approx(left).epsilon(1e-6));
        CHECK(fit.result.actual_gain ==
              Approx(4 * (fit.result.start_mse - fit.result.mse) / (4 * fit.result.mse)));
    }
    SECTION("a start is measured")
    {
        c.settings.iterations = 0;
        c.noise_variance = 0.01;
        RoundsFit const fit = fitted(c);
        CHECK(fit.result.end == LseEnd::slow);
        CHECK(fit.result.rounds == 0);
        CHECK(fit.result.mse == fit.result.start_mse);
        CHECK(fit.theta == c.problem.theta);
        CHECK(fit.result.predicted_gain ==
              Approx(4 * (fit.result.mse - 0.175) / 0.01).epsilon(1e-8)); // flat_eigenvalue
    }
    SECTION("nothing to do")
    {
        c.problem.y = {-8, -3, 2, 7};
        RoundsFit const fit = fitted(c);
        CHECK(fit.result.end == LseEnd::gradient);
        CHECK(fit.result.rounds == 0);
        CHECK(fit.result.mse == 0);
    }
    SECTION("no MSE at the start")
    {
        c.problem.y[1] = NAN;
        RoundsFit const fit = fitted(c);
        CHECK(fit.result.end == LseEnd::not_finite);
        CHECK(fit.result.rounds == 0);
        CHECK(fit.theta == c.problem.theta);
    }
    SECTION("a kink")
    {
        for (double const b : {-0.5, 3.0}) {
            RoundsFit const fit = fitted(kink(b));
            CHECK(fit.result.end == LseEnd::stuck);
            CHECK(std::fabs(fit.theta[3]) < 1e-8);
            CHECK(fit.result.mse == Approx(0.625));
            // which no step can have: slope 1/2, H = 1 or 2, sigma^2 = 5/4
            CHECK(fit.result.predicted_gain > 0.09);
        }
    }
}

TEST_CASE("a trace has all rounds")
{
    RoundsCase c{near_truth(model_of("softmax", "gelu", 2, 2), 200, 3, 0.1, 0.5)};
    c.settings.trace = true;
    RoundsFit const fit = fitted(c);
    REQUIRE(fit.result.trace.size() == static_cast<std::size_t>(fit.result.rounds));
    double mse = fit.result.start_mse;
    for (RoundRecord const& round : fit.result.trace) {
        CHECK(round.accepted == (round.mse < mse));
        CHECK(round.actual == Approx(200 * (mse - round.mse)).margin(1e-12));
        CHECK(round.predicted > 0);
        CHECK(round.step_norm > 0);
        CHECK(round.sigma2 == Approx(200 * mse / (200 - 12)));
        // Nielsen: a refused step doubles the damping at least, an accepted one at most
        // (by 1 - (2 ratio - 1)^3), and lowers it to no less than 1/3
        CHECK(round.accepted == (round.radius * round.damping > 0.5));
        CHECK(round.radius * round.damping < 3.01);
        mse = round.accepted ? round.mse : mse;
    }
    CHECK(mse == fit.result.mse);
    c.settings.trace = false;
    CHECK(fitted(c).result.trace.empty());
}

TEST_CASE("a fit without noise comes to the truth")
{
    for (char const* normalizer : {"softmax", "sigmoid"}) {
        RoundsCase const c{near_truth(model_of(normalizer, "gelu", 3, 3), 300, 5, 0, 0.05)};
        RoundsFit const fit = fitted(c);
        INFO(normalizer << ", rounds " << fit.result.rounds);
        double square = 0;
        for (double const y : c.problem.y)
            square += y * y / 300;
        CHECK(fit.result.mse < 1e-20 * square);
        CHECK(fit.result.rounds < 30);
    }
}

TEST_CASE("the defaults end within 1e-8 of the minimum")
{
    for (unsigned seed = 0; seed < 10; ++seed) {
        char const* const normalizer = seed % 2 == 0 ? "softmax" : "sigmoid";
        RoundsCase c{near_truth(model_of(normalizer, "gelu", 2, 2), 500, 10 + seed, 0.1, 0.1)};
        RoundsFit const fit = fitted(c);
        INFO("seed " << seed);
        CHECK(fit.result.end == LseEnd::gain);
        c.problem.theta = fit.theta;
        c.settings = {1e-14, 0, 0, 1000};
        RoundsFit const further = fitted(c);
        CHECK(further.result.start_mse == Approx(fit.result.mse).epsilon(1e-13)); // centred anew
        CHECK(further.result.mse <= fit.result.mse * (1 + 1e-13));
        CHECK(further.result.mse >= fit.result.mse * (1 - 1e-8));
    }
}

TEST_CASE("fewer samples than coordinates, dead atoms and a truth of fewer atoms")
{
    std::vector<RoundsCase> cases{
        {near_truth(model_of("softmax", "gelu", 4, 3), 12, 7, 0.1, 0.3)},
        {near_truth(model_of("sigmoid", "relu", 2, 3), 100, 8, 0.1, 0.3)},
        {drawn_problem<double>(model_of("softmax", "identity", 2, 4), 60, 9)},
    };
    // the second expert of the second case sees no sample
    Block const* const expert = cases[1].problem.model.layout.block + 2;
    double* const theta = cases[1].problem.theta.data();
    theta[expert[0].offset + 2] = theta[expert[0].offset + 3] = 0;
    theta[expert[1].offset + 1] = -1;
    std::vector<double> const start = cases[1].problem.theta;
    std::vector<RoundsFit> const fits = fitted(*make_cpu_device(1), cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        INFO("case " << i);
        CHECK(fits[i].result.end != LseEnd::not_finite);
        CHECK(fits[i].result.mse < fits[i].result.start_mse);
        CHECK(std::all_of(fits[i].theta.begin(), fits[i].theta.end(),
                          [](double t) { return t >= -10 && t <= 10; }));
    }
    CHECK(fits[1].theta[expert[1].offset + 1] == -1);
    CHECK(fits[1].theta[expert[0].offset + 2] == 0);
    CHECK(fits[1].theta[2] == start[2]); // its gate: sigmoid, nothing is centred
}
