// What is left to gain at ends in tight boxes, against a quadratic program of its own.

#include "host/device/device.h"
#include "host/estimate/bounded_quadratic.h"
#include "host/estimate/end_distance.h"
#include "host/estimate/lse_batch.h"
#include "tests/fit/problem.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;

namespace
{

struct End
{
    FitFacts facts;
    std::vector<double> theta;
};

End fitted(Device& device, Problem<double> const& problem, double box)
{
    std::size_t const p = problem.theta.size();
    DeviceArray<double> const x(device, problem.x), y(device, problem.y),
        theta(device, problem.theta);
    FitProblem<double> const fit{problem.model, StreamKey{}, problem.n(),
                                 x.data(),      y.data(),    theta.data()};
    Box::Bounds const bounds{std::vector<double>(p, -box), std::vector<double>(p, box)};
    FitOutcome const outcome = LseBatch(device, {{&fit, LseSettings{}, bounds}}).run().at(0);
    return {outcome.facts, theta.download()};
}

/// f(x_t) at theta.
std::vector<double> predicted(Device& device, Problem<double> const& problem,
                              std::vector<double> const& theta)
{
    DeviceArray<double> const x(device, problem.x), at(device, theta);
    DeviceArray<double> const f(device, static_cast<std::size_t>(problem.n()));
    device.run(std::vector<EvaluateTask<double>>{{problem.model, at.data(), problem.n(), x.data(),
                                                  nullptr, f.data(), nullptr, nullptr, nullptr}});
    return f.download();
}

/// The least of |r + J s|^2 / 2 in the box, by its own J from differences, in n MSE / sigma_hat^2.
double gain_by_differences(Device& device, Problem<double> const& problem, End const& end,
                           double box)
{
    std::size_t const p = end.theta.size();
    std::vector<double> const f = predicted(device, problem, end.theta);
    std::vector<std::vector<double>> columns;
    for (std::size_t i = 0; i < p; ++i) {
        constexpr double h = 1e-6;
        std::vector<double> up = end.theta, down = end.theta;
        up[i] += h;
        down[i] -= h;
        std::vector<double> column = predicted(device, problem, up);
        std::vector<double> const less = predicted(device, problem, down);
        for (std::size_t t = 0; t < column.size(); ++t)
            column[t] = (column[t] - less[t]) / (2 * h);
        columns.push_back(std::move(column));
    }
    BoundedQuadratic program;
    std::vector<double> s(p, 0);
    for (std::size_t i = 0; i < p; ++i) {
        double slope = 0;
        for (std::size_t t = 0; t < f.size(); ++t)
            slope += columns[i][t] * (f[t] - problem.y[t]);
        program.b.push_back(slope);
        program.low.push_back(std::min(0.0, -box - end.theta[i]));
        program.high.push_back(std::max(0.0, box - end.theta[i]));
        for (std::size_t j = 0; j < p; ++j) {
            double sum = 0;
            for (std::size_t t = 0; t < f.size(); ++t)
                sum += columns[i][t] * columns[j][t];
            program.g.push_back(i == j ? sum * (1 + 1e-10) : sum);
        }
    }
    minimise(program, s);
    std::vector<double> const slopes = program.slopes(s);
    double gain = 0;
    for (std::size_t i = 0; i < p; ++i)
        gain -= s[i] * (program.b[i] + slopes[i]);
    double const mse = end.facts.starts.at(0).mse;
    return gain / residual_variance(mse, problem.n(), static_cast<int>(p));
}

} // namespace

TEST_CASE("the gain at an end is what steps in the box reach")
{
    auto const device = make_cpu_device(1);
    int bounded = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        double const box = 0.4 + 0.3 * (seed % 14);
        Model const model = model_of(seed % 3 == 0 ? "softmax" : "sigmoid",
                                     seed % 5 < 2 ? "tanh" : "gelu", 1 + seed % 2, 3);
        Problem<double> problem = drawn_problem<double>(model, 150, seed);
        for (double& value : problem.theta)
            value = std::fmin(std::fmax(value, -box), box);
        End const end = fitted(*device, problem, box);
        double const want = gain_by_differences(*device, problem, end, box);
        INFO("seed " << seed << ", ended " << end.facts.ended);
        // J by differences is right to 1e-9, its flat directions are not flat; a bound that says
        // enough stays
        CHECK(end.facts.predicted_gain <= std::fmax(0.01, 1.01 * want + 1e-4));
        CHECK(end.facts.predicted_gain >= 0.99 * want - 1e-4);
        CHECK(end.facts.stationary == (end.facts.predicted_gain <= 0.01));
        bounded += end.facts.at_bound > 0 ? 1 : 0;
    }
    CHECK(bounded > 30);
}
