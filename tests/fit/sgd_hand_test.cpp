// Fits by stochastic gradient descent that can be worked out on paper, on all backends. The numbers
// are few and short: the tolerance is some roundings of the type.

#include "tests/fit/sgd_case.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace moerate;

namespace
{

/// theta, x and y of one dimension and one atom: theta = (w, b, a, b of the expert).
template <class Real>
Problem<Real> one_atom(char const* normalizer, std::vector<double> const& theta,
                       std::vector<double> const& x, std::vector<double> const& y)
{
    return converted<Real>(Problem<double>{model_of(normalizer, "identity", 1, 1), theta, x, y});
}

template <class Real>
void check_fit(Problem<Real> const& problem, SgdSettings const& settings,
               std::vector<double> const& want)
{
    double const rounding = 4 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Fitted<Real> const got = fitted(backend, problem, settings);
        CHECK(largest_difference(got.theta, want) <= rounding);
        CHECK(got.outcome.finite == 1);
        CHECK(got.outcome.epochs == settings.epochs);
    }
}

} // namespace

TEMPLATE_TEST_CASE("one softmax atom: linear regression, the gate stays", "", float, double)
{
    // f = x/2 + 1/4 is 1/2 at x = 1/2 and -1/4 at x = -1; residuals -1/2 and 3/4.
    // d/da = (2/2)(-1/2 * 1/2 + 3/4 * -1) = -1, d/db = (2/2)(-1/2 + 3/4) = 1/4.
    auto const problem = one_atom<TestType>("softmax", {0.25, 0.5, 0.5, 0.25}, {0.5, -1}, {1, -1});
    check_fit(problem, settings_of(1, 2, 0.125), {0.25, 0.5, 0.625, 0.21875});
}

TEMPLATE_TEST_CASE("one sigmoid atom: gate and expert move", "", float, double)
{
    // g = 1/2, h = 1 at x = 1/2: f = 1/2, residual -1/2. d/ds = 2 (-1/2) 1/4 = -1/4,
    // d/dz = 2 (-1/2) 1/2 = -1/2; the slopes by x are half of that.
    auto const problem = one_atom<TestType>("sigmoid", {0, 0, 1, 0.5}, {0.5}, {1});
    check_fit(problem, settings_of(1, 1, 1), {0.125, 0.25, 1.25, 1});
}

TEMPLATE_TEST_CASE("a step has the loss's factor", "", float, double)
{
    auto const problem = one_atom<TestType>("sigmoid", {0, 0, 1, 0.5}, {0.5}, {1});
    SgdSettings settings = settings_of(1, 1, 1);
    settings.loss_factor = 0.5;
    check_fit(problem, settings, {0.0625, 0.125, 1.125, 0.75});
}

TEMPLATE_TEST_CASE("the last minibatch is averaged over its own size", "", float, double)
{
    // Three equal samples x = 1, y = 1 from f = 0 in minibatches of 2 and 1, so the order does not
    // matter: a and b gain 2/8 (1 - f) each, f goes 0, 1/2, 3/4.
    auto const problem = one_atom<TestType>("softmax", {0, 0, 0, 0}, {1, 1, 1}, {1, 1, 1});
    check_fit(problem, settings_of(1, 2, 0.125), {0, 0, 0.375, 0.375});
}

TEMPLATE_TEST_CASE("the same in chunks of a minibatch, over two epochs", "", float, double)
{
    // 70 equal samples in minibatches of 66 (chunks 32, 32, 2) and 4: four steps,
    // f = 1 - (1/2)^4.
    std::vector<double> const ones(70, 1.0);
    auto const problem = one_atom<TestType>("softmax", {0, 0, 0, 0}, ones, ones);
    // 66 summands of 1/66 are not exact, but the sum is 1 to some roundings.
    check_fit(problem, settings_of(2, 66, 0.125), {0, 0, 0.46875, 0.46875});
}

TEMPLATE_TEST_CASE("a fit that leaves the finite numbers stops and says so", "", float, double)
{
    // Each step multiplies the residuals by some 1e30.
    Problem<TestType> const problem =
        drawn_problem<TestType>(model_of("softmax", "identity", 3, 4), 64, 5);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Fitted<TestType> const got = fitted(backend, problem, settings_of(50, 1, 1e30));
        CHECK(got.outcome.finite == 0);
        CHECK(got.outcome.epochs == 1);
        CHECK_FALSE(std::isfinite(largest(got.theta)));
    }
}

TEMPLATE_TEST_CASE("one infinite parameter of many is enough to stop", "", float, double)
{
    // A softmax atom of score -infinity has weight 0, a ReLU expert of bias -infinity is dead:
    // neither has a gradient, and all else stays finite.
    constexpr int d = 2;
    constexpr int k = 3;
    constexpr int expert_bias = k * d + k + k * d;
    Problem<TestType> const problem =
        drawn_problem<TestType>(model_of("softmax", "relu", d, k), 40, 6);
    for (Backend const& backend : all_backends()) {
        for (int const at : {k * d, k * d + 1, k * d + k - 1, expert_bias, expert_bias + k - 1}) {
            INFO(backend.name() << ", parameter " << at);
            auto const broken = static_cast<std::size_t>(at);
            Problem<TestType> start = problem;
            start.theta[broken] = -std::numeric_limits<TestType>::infinity();
            Fitted<TestType> got = fitted(backend, start, settings_of(4, 8, 0.1));
            CHECK(got.outcome.finite == 0);
            CHECK(got.outcome.epochs == 1);
            got.theta[broken] = 0;
            CHECK(std::isfinite(largest(got.theta)));
        }
    }
}
