// Fits of every composition of the lists, end to end.

#include "tests/fit/sgd_case.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace moerate;

namespace
{

/// Data without noise of a drawn truth, and a start near it.
template <class Real>
Problem<Real> near_truth(Model const& model, int n, unsigned seed)
{
    Problem<Real> problem = drawn_problem<Real>(model, n, seed);
    Problem<double> const truth = converted<double>(problem);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (std::size_t t = 0; t < problem.y.size(); ++t) {
        std::vector<double> x;
        for (int f = 0; f < model.d; ++f) {
            x.push_back(static_cast<double>(static_cast<float>(uniform(random))));
            problem.x[t * static_cast<std::size_t>(model.d) + static_cast<std::size_t>(f)] =
                static_cast<Real>(x.back());
        }
        problem.y[t] = static_cast<Real>(plain_sample(model, truth.theta, x.data()).f);
    }
    for (Real& theta : problem.theta)
        theta += static_cast<Real>(0.1 * uniform(random)); // T is at least 1/2
    return problem;
}

template <class Real>
void check_descent(Backend const& backend, Problem<Real> const& problem)
{
    INFO(backend.name());
    Fitted<Real> const got = fitted(backend, problem, settings_of(5, 20, 0.005));
    REQUIRE(got.outcome.finite == 1);
    CHECK(got.outcome.epochs == 5);
    Problem<double> const start = converted<double>(problem);
    Problem<double> end = start;
    end.theta = converted<double>(got.theta);
    // f of topk jumps where the choice of atoms changes, and the gradient does not see that.
    bool const jumps = name_of<Normalizers>(problem.model.gate.normalizer) == "topk";
    CHECK(plain_mse(end) < plain_mse(start) * (jumps ? 1.5 : 1.0));
    int const place = temperature_place(problem.model.layout);
    if (place >= 0) {
        CHECK(got.theta[static_cast<std::size_t>(place)] > 0);
        CHECK(got.theta[static_cast<std::size_t>(place)] !=
              problem.theta[static_cast<std::size_t>(place)]);
    }
}

} // namespace

TEMPLATE_TEST_CASE("every composition is fitted", "", float, double)
{
    unsigned seed = 1;
    for (Family const& family : all_families()) {
        INFO(name_of(family));
        auto const problem = near_truth<TestType>(model_of(family, 3, 4), 70, seed++);
        for (Backend const& backend : level_backends())
            check_descent(backend, problem);
    }
}

// A learned T steps in its logarithm, all else along the gradient.
TEST_CASE("with batch = n a step of every composition is along its gradient")
{
    unsigned seed = 1;
    for (Family const& family : all_families()) {
        INFO(name_of(family));
        Problem<double> const problem = drawn_problem<double>(model_of(family, 3, 4), 40, seed++);
        for (Backend const& backend : level_backends()) {
            INFO(backend.name());
            std::vector<double> const gradient = evaluated(backend, problem).gradient;
            std::vector<double> want = problem.theta;
            for (std::size_t i = 0; i < want.size(); ++i)
                want[i] -= 0.1 * gradient[i];
            if (int const place = temperature_place(problem.model.layout); place >= 0) {
                auto const at = static_cast<std::size_t>(place);
                want[at] = problem.theta[at] * std::exp(-0.1 * problem.theta[at] * gradient[at]);
            }
            std::vector<double> const got = fitted(backend, problem, settings_of(1, 40, 0.1)).theta;
            CHECK(largest_difference(got, want) <= 1e-13 * std::fmax(1.0, largest(want)));
        }
    }
}

// As for linear scores in sgd_test.cpp: the number of lanes changes no bit, and one thread's other
// order of summation only roundings.
TEMPLATE_TEST_CASE("every member is fitted alike by one thread and by lanes", "", float, double)
{
    double const rounding = sizeof(TestType) == 4 ? 1e-4 : 1e-12;
    unsigned seed = 1;
    for (Family const& family : single_families()) {
        INFO(name_of(family));
        auto const problem = near_truth<TestType>(model_of(family, 5, 5), 50, seed++);
        SgdSettings const settings = settings_of(2, 34, 0.02);
        std::vector<TestType> const one = fitted({{}, 1}, problem, settings).theta;
        for (Backend const& backend : lane_backends())
            CHECK(fitted(backend, problem, settings).theta == one);
        for (Backend const& backend : level_backends())
            CHECK(largest_difference(fitted(backend, problem, settings).theta, one) <=
                  rounding * std::fmax(1.0, largest(one)));
    }
}

namespace
{

Model sigmoid_with_temperature()
{
    GateSpec gate;
    gate.normalizer = find<Normalizers>("sigmoid");
    gate.learned_temperature = 1;
    return make_model(gate, {find<Experts>("constant"), 0, 1}, 1, 1);
}

} // namespace

TEMPLATE_TEST_CASE("a step of the temperature", "", float, double)
{
    // One sigmoid atom at x = 0: b = 2 log 3 and T = 2, so s = log 3 and g = 3/4; h = 1, y = 0: f =
    // 3/4. dL/ds = 2 (3/4) (3/4 1/4) = 9/32, dL/dT = -(9/32) s / T, and the step in log T is rate T
    // (9/32) s / T = log 3 for rate 32/9. dL/db = (9/32) / T, dL/dh = 2 (3/4) (3/4) = 9/8.
    double const log_3 = std::log(3.0);
    Problem<TestType> const problem = converted<TestType>(
        Problem<double>{sigmoid_with_temperature(), {0, 2 * log_3, 2, 1}, {0}, {0}});
    std::vector<double> const want{0, 2 * log_3 - 0.5, 6, -3};
    double const rounding = 16 * static_cast<double>(std::numeric_limits<TestType>::epsilon());
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        auto const got = fitted(backend, problem, settings_of(1, 1, 32.0 / 9));
        CHECK(largest_difference(got.theta, want) <= rounding);
    }
}

TEMPLATE_TEST_CASE("a temperature stays positive against any gradient", "", float, double)
{
    // The same with y far above f: T falls at each step, by plain steps of 5 past 0 at once.
    Problem<TestType> const problem =
        converted<TestType>(Problem<double>{sigmoid_with_temperature(), {0, 1, 1, 1}, {0}, {100}});
    for (Backend const& backend : all_backends()) {
        auto const one = fitted(backend, problem, settings_of(1, 1, 0.5)).theta;
        CHECK(one[2] > 0);
        CHECK(one[2] < TestType(1e-6));
    }
}
