// The gradient of every composition of the lists against central differences of its own mean square
// error. With steps of 1e-5 the differences are good to about 1e-10 third derivatives and
// 1e-16 / 1e-5 of the mse; samples keep off kinks and ties by more than a step can move them.

#include "tests/fit/problem.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

double mse_at(Backend const& backend, Problem<double> const& problem)
{
    double mse = NAN;
    backend.run(EvaluateTask<double>{problem.model, problem.theta.data(), problem.n(),
                                     problem.x.data(), problem.y.data(), nullptr, nullptr, nullptr,
                                     &mse});
    return mse;
}

void check_differences(Backend const& backend, Problem<double> problem)
{
    INFO(backend.name());
    constexpr double step = 1e-5;
    std::vector<double> const gradient = evaluated(backend, problem).gradient;
    std::vector<double> differences;
    for (double& theta : problem.theta) {
        double const centre = theta;
        theta = centre + step;
        double const above = mse_at(backend, problem);
        theta = centre - step;
        double const below = mse_at(backend, problem);
        theta = centre;
        differences.push_back((above - below) / (2 * step));
    }
    CHECK(largest(gradient) > 1e-3); // there is something to compare
    CHECK(largest_difference(gradient, differences) <= 1e-8 * std::fmax(1.0, largest(gradient)));
}

/// A problem that a step moves by at most 1e-5 |x_a x_b| < 1e-3.
Problem<double> problem_of(Family const& family, int d, int k, unsigned seed)
{
    return smooth_problem<double>(model_of(family, d, k), 37, seed, 1e-3);
}

} // namespace

TEST_CASE("gradients of every composition are those of the mean square error")
{
    unsigned seed = 1;
    for (Family const& family : all_families()) {
        INFO(name_of(family));
        Problem<double> const problem = problem_of(family, 2, 3, seed++);
        for (Backend const& backend : level_backends())
            check_differences(backend, problem);
        check_differences({{}, 1}, problem);
    }
}

TEST_CASE("gradients of every pair of members in other sizes")
{
    unsigned seed = 1;
    for (Family const& family : paired_families()) {
        for (auto const& [d, k] : {std::pair(1, 2), std::pair(3, 4), std::pair(5, 7)}) {
            INFO(name_of(family) << ", d = " << d << ", k = " << k);
            Problem<double> const problem = problem_of(family, d, k, seed++);
            for (Backend const& backend : level_backends())
                check_differences(backend, problem);
            check_differences({{}, 1}, problem);
        }
    }
}

TEST_CASE("gradients of attention of every rank")
{
    Family family;
    family.score = find<Scores>("attention");
    for (int const rank : {1, 2, 3, 5}) {
        GateSpec gate = model_of(family, 1, 1).gate;
        gate.rank = rank;
        Problem<double> const problem =
            drawn_problem<double>(make_model(gate, {}, 3, 4), 37, static_cast<unsigned>(rank));
        for (Backend const& backend : all_backends())
            check_differences(backend, problem);
    }
}

// f does not change with a and b of an expert whose factor is 0, but it does with the factor.
TEST_CASE("an expert of factor 0 still has the factor's gradient")
{
    for (char const* const form : {"ffn", "normalized"}) {
        Family family;
        family.form = find<Experts>(form);
        family.activation = find<Activations>("tanh");
        Problem<double> problem = drawn_problem<double>(model_of(family, 3, 4), 37, 8);
        Block const* const block = problem.model.layout.block + problem.model.layout.expert_begin;
        auto const factor = static_cast<std::size_t>(block[2].offset);
        problem.theta[factor + 1] = 0;
        for (Backend const& backend : all_backends()) {
            check_differences(backend, problem);
            std::vector<double> const gradient = evaluated(backend, problem).gradient;
            CHECK(std::fabs(gradient[factor + 1]) > 0.001);
            CHECK(gradient[static_cast<std::size_t>(block[0].offset) + 3] == 0); // a of atom 1
            CHECK(gradient[static_cast<std::size_t>(block[1].offset) + 1] == 0); // b
        }
    }
}
