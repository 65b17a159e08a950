// Levenberg-Marquardt steps on all backends: truths worked out by hand first, then awkward sizes
// against the equations that a step has to solve.

#include "tests/lse/step_case.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>

using namespace moerate;

namespace
{

/// What a step has to come to.
struct Want
{
    std::vector<double> trial;
    double predicted;
};

void check_step(StepCase const& c, Want const& want)
{
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Stepped const got = step(backend, c);
        CHECK(got.record.factored == 1);
        CHECK(got.record.predicted == Approx(want.predicted).margin(rounding));
        double norm = 0;
        for (std::size_t i = 0; i < want.trial.size(); ++i) {
            CHECK(got.trial[i] == Approx(want.trial[i]).margin(rounding));
            norm += std::pow(want.trial[i] - c.theta[i], 2);
        }
        CHECK(got.record.step_norm == Approx(std::sqrt(norm)).margin(rounding));
    }
}

// D = (2, 2), so that the damped matrix is (4 1; 1 4)
StepCase const two{{2, 1, 1, 2}, {-6, -9}, {0, 0}, 1};

} // namespace

TEST_CASE("a step of two coordinates")
{
    // (4 1; 1 4) s = (6, 9): s = (1, 2); -g.s = 24, s.H s = 2 + 4 + 8 = 14
    check_step(two, {{1, 2}, 17});
}

TEST_CASE("a coordinate that a step takes out of the box stays on its bound")
{
    StepCase c = two;
    c.upper = {5, 1};
    // s_2 = 1, then 4 s_1 = 6 - 1; -g.s = 16.5, s.H s = 3.125 + 2.5 + 2
    check_step(c, {{1.25, 1}, 16.5 - 3.8125});
    for (Backend const& backend : all_backends())
        CHECK(step(backend, c).trial[1] == 1); // not a rounding beside it
    // that one is now free of a bound, which the first solution broke: s = (1, 2), upper 0.5 and
    // 1.9, then nothing is left to solve
    c.upper = {0.5, 1.9};
    check_step(c, {{0.5, 1.9}, 3 + 17.1 - (0.5 + 1.9 + 7.22) / 2});
    // 3 coordinates in a row: the second goes to its bound only when the first is on its own
    StepCase const row{
        {1, -1, 0, -1, 2, -1, 0, -1, 2}, {-3, 0, 1}, {0, 0, 0}, 1e-3, {-9, -9, -9}, {1, 9, 9}};
    Stepped const got = step(level_backends()[0], row);
    CHECK(got.trial[0] == 1);
    // 2.002 s_2 - s_3 = 1, 2.002 s_3 - s_2 = -1
    CHECK(got.trial[1] == Approx(1 / 3.002));
    CHECK(got.trial[2] == Approx(-1 / 3.002));
}

TEST_CASE("a descent that points out of the box moves nothing there")
{
    StepCase c = two;
    c.upper = {0, 5};
    check_step(c, {{0, 2.25}, 9 * 2.25 - 2.25 * 2.25}); // 4 s_2 = 9
    c.upper = {0, 0};
    check_step(c, {{0, 0}, 0});
    for (Backend const& backend : all_backends()) {
        Stepped const got = step(backend, c);
        CHECK(got.record.at_bound == 2);
        CHECK(got.record.projected_gradient == 0);
        CHECK(got.record.steepest == 0);
    }
    // on a bound, but the descent points inward
    c.lower = {0, 0};
    c.upper = {5, 5};
    check_step(c, {{1, 2}, 17});
}

TEST_CASE("what is known of a point")
{
    StepCase c = two;
    c.theta = {3, 4};
    c.gradient = {-6, 8};
    c.upper = {4, 4};
    c.lower = {-10, -3};
    for (Backend const& backend : all_backends()) {
        StepRecord const got = step(backend, c).record;
        CHECK(got.z_norm == 5);
        CHECK(got.projected_gradient == 7); // (3 + 6 -> 4) - 3 and (4 - 8 -> -3) - 4
        CHECK(got.steepest == Approx(8 / std::sqrt(2.0)).epsilon(rounding));
        CHECK(got.at_bound == 1);
        CHECK(got.gain == -1);
    }
}

TEST_CASE("coordinates that nothing depends on do not move")
{
    check_step({{2, 0, 0, 0}, {-6, 0}, {1, 7}, 0.5}, {{3, 7}, 8}); // 3 s = 6
    check_step({{0, 0, 0, 0}, {0, 0}, {1, 7}, 0.5}, {{1, 7}, 0});
}

TEST_CASE("a flat direction takes its share of the damping, and none of the gain")
{
    // H = v v^T, v = (1, 1): (1.5 1; 1 1.5) s = (2, 2)
    StepCase c{{1, 1, 1, 1}, {-2, -2}, {0, 0}, 0.5};
    check_step(c, {{0.8, 0.8}, 3.2 - 0.5 * 2.56});
    c.gain_below = unbounded;
    for (Backend const& backend : all_backends()) {
        StepRecord const got = step(backend, c).record;
        CHECK(got.gain == Approx(4).epsilon(1e-9)); // (v.g)^2 / |v|^4, up to flat_eigenvalue
        CHECK(got.gain >= 2 * got.predicted);
    }
    // not worked out where the step alone promises more
    c.gain_below = 3.8;
    CHECK(step(level_backends()[0], c).record.gain == -1);
    c.gain_below = 3.9; // 2 predicted = 3.84
    CHECK(step(level_backends()[0], c).record.gain > 0);
    // on the free set only: 2 with v_2 frozen, none with both
    c.gain_below = unbounded;
    c.upper = {unbounded, 0};
    CHECK(step(level_backends()[0], c).record.gain == Approx(4).epsilon(1e-9)); // g_1^2 / H_11
    c.upper = {0, 0};
    CHECK(step(level_backends()[0], c).record.gain == 0);
}

TEST_CASE("a gain is what the box leaves of it")
{
    // next to nothing depends on the second: its step is -1e10
    StepCase c{{1, 0, 0, 1e-20}, {-1e-5, 1e-10}, {0, 0}, 1e-6};
    c.gain_below = unbounded;
    auto const gain = [](Backend const& backend, StepCase const& of) {
        return step(backend, of).record.gain;
    };
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        CHECK(gain(backend, c) == Approx(1e-10 + 1).epsilon(1e-9));
    }
    c.lower = {-10, -10};
    c.upper = {10, 10};
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        CHECK(gain(backend, c) == Approx(1e-10 + 2 * 1e-9).epsilon(1e-9));
    }
    c.gain_below = 2; // not at an end
    CHECK(gain(level_backends()[0], c) == Approx(1).epsilon(1e-9));
    // by turns into the box: (1.001 1; 1 1) s = (1, 0), of which s_2 <= 0 is -500, the first's
    // bound 100; then s_2 = -100, and g_1 + (H s)_1 = -1 + 0.1 has no room
    StepCase bent{{1.001, 1, 1, 1}, {-1, 0}, {0, 0}, 1e-6, {-1e4, -1e4}, {100, 1e4}};
    bent.gain_below = unbounded;
    CHECK(gain(level_backends()[0], bent) == Approx(2 * (100 - 5)).epsilon(1e-6));
    // never less than what a step in the box gains
    for (unsigned seed = 1; seed <= 50; ++seed) {
        DrawnEquations const drawn(9, 40, seed);
        StepCase some{drawn.gram, drawn.gradient, std::vector<double>(9), 1e-9};
        for (int i = 0; i < 9; ++i) {
            some.lower[i] = -0.02 * (1 + i % 3);
            some.upper[i] = 0.01 * (1 + i % 4);
        }
        some.gain_below = unbounded;
        StepRecord const record = step(level_backends()[0], some).record;
        INFO(seed);
        CHECK(record.gain >= 2 * record.predicted * (1 - 1e-9));
        some.lower.assign(9, -unbounded);
        some.upper.assign(9, unbounded);
        CHECK(record.gain <= gain(level_backends()[0], some));
    }
}

TEST_CASE("a step that does not exist says so and leaves the trial alone")
{
    double const huge = 1e308 * 10;
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        // the damping is lost in a rounding
        Stepped const singular = step(backend, {{1, 1, 1, 1}, {-2, -2}, {0, 0}, 1e-20});
        CHECK(singular.record.factored == 0);
        CHECK(std::isnan(singular.trial[0]));
        for (double const bad : {huge, -huge, static_cast<double>(NAN)}) {
            CHECK(step(backend, {{bad}, {-2}, {0}, 1}).record.factored == 0);
            CHECK(step(backend, {{1}, {bad}, {0}, 1}).record.factored == 0);
            CHECK(step(backend, {{1, bad, bad, 1}, {-2, 1}, {0, 0}, 1}).record.factored == 0);
            CHECK(step(backend, {{1, 0, 0, bad}, {-2, 1}, {0, 0}, 1}).record.factored == 0);
        }
    }
}

TEST_CASE("entries near the ends of the numbers")
{
    // H = diag(a) C diag(a) with C = (2 1; 1 2), g = diag(a) (-6, -9). D of the first is clamped to
    // 1e32, which is nothing beside 1e300: C s = (6, 9) in units of 1/a, s = (1, 4)
    double const a = 1e150;
    StepCase c{{2 * a * a, a * a, a * a, 2 * a * a}, {-6 * a, -9 * a}, {0, 0}, 1};
    for (Backend const& backend : all_backends()) {
        Stepped const got = step(backend, c);
        CHECK(got.record.factored == 1);
        CHECK(got.trial[0] * a == Approx(1).epsilon(rounding));
        CHECK(got.trial[1] * a == Approx(4).epsilon(rounding));
        CHECK(got.record.predicted == Approx(21).epsilon(rounding)); // (6 + 36) / 2
    }
    // D is at least 1e-6: (2e-300 + 1e-6) s = 6e-150
    c = {{2e-300}, {-6e-150}, {0}, 1};
    CHECK(step(level_backends()[0], c).trial[0] == Approx(6e-144).epsilon(rounding));
}

TEST_CASE("steps of awkward sizes solve their equations")
{
    for (int const p : {1, 2, 7, 8, 9, 63, 64, 65, 129, 200}) {
        // fewer samples than coordinates, a dead one, and two that are one
        DrawnEquations const drawn(p, p / 2 + 1, 7 + p, p > 8 ? 5 : -1);
        std::mt19937_64 random(p);
        std::uniform_real_distribution<double> place(-1, 1);
        std::vector<double> theta(p);
        for (double& t : theta)
            t = place(random);
        StepCase c{drawn.gram, drawn.gradient, theta};
        for (bool const boxed : {false, true}) {
            double const mu = c.damping = boxed ? 0.3 : 1e-3;
            if (boxed) { // half begin on a bound. Damped so, four solutions find the rest
                c.lower.assign(p, -1);
                c.upper.assign(p, 1);
                for (int i = 0; i < p; i += 2)
                    c.theta[i] = i % 4 == 0 ? 1 : -1;
            }
            std::vector<double> first;
            for (Backend const& backend : all_backends()) {
                INFO(backend.name() << ", p = " << p << (boxed ? ", in a box" : ""));
                Stepped const got = step(backend, c);
                REQUIRE(got.record.factored == 1);
                double worst = 0, predicted = 0, largest = 0;
                bool inside = true;
                int hits = 0;
                for (int i = 0; i < p; ++i) {
                    double const s = got.trial[i] - c.theta[i];
                    double const h = drawn.gram[static_cast<std::size_t>(i) * p + i];
                    double along = 0;
                    for (int j = 0; j < p; ++j)
                        along += drawn.gram[static_cast<std::size_t>(i) * p + j] *
                                 (got.trial[j] - c.theta[j]);
                    predicted -= s * (c.gradient[i] + along / 2);
                    inside = inside && got.trial[i] >= c.lower[i] && got.trial[i] <= c.upper[i];
                    bool const on_bound = got.trial[i] == c.lower[i] || got.trial[i] == c.upper[i];
                    double const wrong = h == 0 ? s : c.gradient[i] + along + mu * h * s;
                    hits += on_bound && s != 0 ? 1 : 0;
                    if (!on_bound)
                        worst = std::max(worst, std::fabs(wrong));
                    largest = std::max(largest, std::fabs(c.gradient[i]));
                }
                CHECK(inside);
                CHECK((hits > 0) == (boxed && p > 1));
                // 1 / mu, the condition, does not enter residuals of the equations themselves
                CHECK(worst <= 1e-12 * p * largest);
                CHECK(got.record.predicted == Approx(predicted).epsilon(1e-9));
                CHECK(got.record.predicted >= 0);
            }
            for (Backend const& backend : lane_backends()) { // no bit depends on their number
                std::vector<double> const trial = step(backend, c).trial;
                if (first.empty())
                    first = trial;
                CHECK(std::memcmp(first.data(), trial.data(), sizeof(double) * p) == 0);
            }
        }
    }
}
