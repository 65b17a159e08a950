#pragma once

/// @file
/// Running fits by stochastic gradient descent, and the same written out plainly in float64.

#include "kernels/sgd/sgd_api.h"
#include "tests/fit/problem.h"

namespace moerate
{

/// The stream of all fits of these tests.
constexpr StreamKey fit_key{0x12345678, 0x9abcdef0, 3, 100};

/// A fit and how it ended.
template <class Real>
struct Fitted
{
    std::vector<Real> theta;
    SgdOutcome outcome;
};

/// Fits the problem from its theta.
template <class Real>
Fitted<Real> fitted(Backend const& backend, Problem<Real> const& problem,
                    SgdSettings const& settings)
{
    Fitted<Real> out{problem.theta, {-1, -1}};
    backend.run(SgdTask<Real>{problem.model, settings, fit_key, problem.n(), problem.x.data(),
                              problem.y.data(), out.theta.data(), &out.outcome});
    return out;
}

/// Settings of a fit.
inline SgdSettings settings_of(int epochs, int batch, double rate)
{
    SgdSettings settings;
    settings.epochs = epochs;
    settings.batch = batch;
    settings.learning_rate = rate;
    return settings;
}

/// Samples of each minibatch of an epoch, the last one short.
std::vector<std::vector<unsigned>> plain_batches(SgdSettings const& settings, int n, int epoch);

/// theta after all epochs, by plain loops over the samples in the order of plain_batches.
std::vector<double> plain_fit(Problem<double> const& problem, SgdSettings const& settings);

/// theta - rate * factor * gradient over all samples: one step with batch = n.
std::vector<double> plain_step(Problem<double> const& problem, SgdSettings const& settings);

} // namespace moerate
