// The gradient of every combination of the lists against central differences of its own mean square
// error. With steps of 1e-5 the differences are good to about 1e-10 third derivatives and
// 1e-16 / 1e-5 of the mse; no drawn response stands so near a kink.

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

void check_differences(Backend const& backend, Model const& model, unsigned seed)
{
    constexpr double step = 1e-5;
    Problem<double> problem = drawn_problem<double>(model, 37, seed);
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
    CHECK(largest(gradient) > 0.01); // not all dead
    CHECK(largest_difference(gradient, differences) <= 2e-9 * std::fmax(1.0, largest(gradient)));
}

} // namespace

TEST_CASE("gradients of all families are those of the mean square error")
{
    unsigned seed = 1;
    for_each(Scores{}, [&](auto score, int s) {
        for_each(Normalizers{}, [&](auto normalizer, int g) {
            for_each(Experts{}, [&](auto form, int e) {
                for_each(Activations{}, [&](auto activation, int phi) {
                    for (auto const& [d, k] : {std::pair(1, 2), std::pair(3, 4), std::pair(6, 3)}) {
                        INFO(score.name << " " << normalizer.name << " " << form.name << " "
                                        << activation.name << ", d = " << d << ", k = " << k);
                        Model const model = model_of(s, g, e, phi, d, k);
                        for (Backend const& backend : level_backends())
                            check_differences(backend, model, seed);
                        check_differences({{}, 1}, model, seed++);
                    }
                });
            });
        });
    });
}
