// Steps that know how the gradient has changed: truths by hand, then the secant equation.

#include "tests/lse/step_case.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace moerate;

namespace
{

/// One coordinate at 1 that came from 0: H = 2 at both, g went from -3 to 1/2.
StepCase const one{{2}, {0.5}, {1}, 1, {-9}, {9}, -1, {0}, {-3}, {0}, {2}};

} // namespace

TEST_CASE("what a gradient's change says of the curvature")
{
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        CHECK(step(backend, one).curvature[0] == Approx(1.5).epsilon(rounding)); // 3.5 - 2
        StepCase c = one;
        c.curvature = {6}; // sized down to 1.5, which is right
        CHECK(step(backend, c).curvature[0] == Approx(1.5).epsilon(rounding));
        c.curvature = {1}; // too small: nothing is sized up
        CHECK(step(backend, c).curvature[0] == Approx(1.5).epsilon(rounding));
        c.along = {1}; // H was 1: 3.5 - 1.5
        CHECK(step(backend, c).curvature[0] == Approx(2).epsilon(rounding));
        c.gradient_before = {0.5}; // no change: no minimum along the step
        CHECK(step(backend, c).curvature[0] == 1);
        c.gradient_before = {};
        CHECK(step(backend, c).curvature[0] == 1);
    }
}

TEST_CASE("a step by both matrices")
{
    StepCase c = one;
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        // (2 + 2) s = -1/2 by H alone
        Stepped const plain = step(backend, c);
        CHECK(plain.trial[0] == Approx(1 - 0.125).epsilon(rounding));
        CHECK(plain.record.predicted == Approx(0.0625 - 0.015625).epsilon(rounding));
        CHECK(plain.along[0] == Approx(-0.25).epsilon(rounding));
        CHECK(plain.record.other == Approx(0.0625 - 3.5 / 128).epsilon(rounding));
        // (3.5 + 2) s = -1/2
        StepCase curved = c;
        curved.curved = true;
        double const s = 1 / 11.0;
        Stepped const got = step(backend, curved);
        CHECK(got.trial[0] == Approx(1 - s).epsilon(rounding));
        CHECK(got.record.predicted == Approx(s / 2 - 3.5 * s * s / 2).epsilon(rounding));
        CHECK(got.record.other == Approx(s / 2 - s * s).epsilon(rounding));
        // the gain is H's: 1/4 / 2
        curved.gain_below = unbounded;
        CHECK(step(backend, curved).record.gain == Approx(0.125).epsilon(1e-9));
        // H + C + mu D = 2 - 5 + 2
        curved.gradient_before = {};
        curved.curvature = {-5};
        CHECK(step(backend, curved).record.factored == 0);
    }
    // with a bound: s_2 = 1, then (4 + 1) s_1 = 6 - 1 - 2
    StepCase bound{{2, 1, 1, 2}, {-6, -9}, {0, 0}};
    bound.upper = {5, 1};
    bound.curvature = {1, 2, 2, 0};
    bound.curved = true;
    for (Backend const& backend : all_backends())
        CHECK(step(backend, bound).trial[0] == Approx((6 - 3) / 5.0).epsilon(rounding));
}

TEST_CASE("the secant equation at awkward sizes")
{
    for (int const p : {1, 2, 9, 63, 65, 130}) {
        DrawnEquations const now(p, p + 3, p);
        DrawnEquations const before(p, p + 3, p + 1000);
        std::mt19937_64 random(p);
        std::normal_distribution<double> normal;
        StepCase c{now.gram, now.gradient, std::vector<double>(p), 1e-3};
        c.theta_before.resize(p);
        double along = 0;
        for (int i = 0; i < p; ++i) {
            c.theta[i] = normal(random);
            c.theta_before[i] = normal(random);
            along += (c.theta[i] - c.theta_before[i]) * (now.gradient[i] - before.gradient[i]);
        }
        if (along < 0)
            std::swap(c.theta, c.theta_before);
        for (int i = 0; i < p; ++i) // a symmetric one of unlike sizes
            for (int j = 0; j < p; ++j)
                c.curvature[static_cast<std::size_t>(i) * p + j] =
                    before.gram[static_cast<std::size_t>(i) * p + j] * (i + j) / (p + p);
        c.gradient_before = before.gradient;
        c.along = before.gradient;
        std::vector<double> first;
        for (Backend const& backend : all_backends()) {
            INFO(backend.name() << ", p = " << p);
            std::vector<double> const got = step(backend, c).curvature;
            double worst = 0, largest = 0;
            for (int i = 0; i < p; ++i) {
                double wanted = now.gradient[i] - before.gradient[i];
                wanted -= c.along[i] / 2;
                double size = std::fabs(wanted);
                for (int j = 0; j < p; ++j) {
                    std::size_t const at = static_cast<std::size_t>(i) * p + j;
                    double const s = c.theta[j] - c.theta_before[j];
                    wanted -= (now.gram[at] / 2 + got[at]) * s;
                    size += std::fabs(now.gram[at] * s) + std::fabs(got[at] * s);
                    CHECK(got[at] == Approx(got[static_cast<std::size_t>(j) * p + i]).margin(0));
                }
                worst = std::max(worst, std::fabs(wanted));
                largest = std::max(largest, size);
            }
            CHECK(worst <= 1e-13 * largest);
        }
        for (Backend const& backend : lane_backends()) {
            std::vector<double> const got = step(backend, c).curvature;
            if (first.empty())
                first = got;
            CHECK(std::memcmp(first.data(), got.data(), sizeof(double) * got.size()) == 0);
        }
    }
}

TEST_CASE("a fit begins without any curvature")
{
    StepCase c{{}, {}, {1, 2}};
    c.curvature = {7, 7, 7, 7};
    for (Backend const& backend : all_backends())
        CHECK(step(backend, c).curvature == std::vector<double>(4));
}
