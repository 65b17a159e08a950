#pragma once

/// @file
/// A fit and what it is measured against, for the tests of its errors.

#include "kernels/risk/risk_api.h"
#include "tests/fit/problem.h"

namespace moerate
{

/// A measure with f, the experts' responses and the gate weights [k][m] on given points.
template <class Real>
struct Truth
{
    Model model;
    std::vector<Real> theta;
    std::vector<Real> x;
    std::vector<Real> f;
    std::vector<Real> experts;
    std::vector<Real> weights;

    int points() const { return static_cast<int>(f.size()); }
};

/// The truth on points x [m][d], by the plain mixture.
template <class Real>
Truth<Real> truth_of(Model const& model, std::vector<Real> const& theta, std::vector<Real> const& x)
{
    auto const m = x.size() / static_cast<std::size_t>(model.d);
    std::vector<Real> const atoms(m * model.k);
    Truth<Real> truth{model, theta, x, std::vector<Real>(m), atoms, atoms};
    std::vector<double> const point = converted<double>(x);
    for (std::size_t t = 0; t < m; ++t) {
        PlainSample const at =
            plain_sample(model, converted<double>(theta), point.data() + t * model.d);
        truth.f[t] = static_cast<Real>(at.f);
        for (std::size_t j = 0; j < at.responses.size(); ++j) {
            truth.experts[j * m + t] = static_cast<Real>(at.responses[j]);
            truth.weights[j * m + t] = static_cast<Real>(at.weights[j]);
        }
    }
    return truth;
}

/// The record of a fit against it.
template <class Real>
RiskRecord risk(Backend const& backend, Model const& model, std::vector<Real> const& theta,
                Truth<Real> const& truth, double precision = 0)
{
    RiskRecord record{-1, -1, -1, -1, -1, -1, -1};
    backend.run(RiskTask<Real>{model,
                               truth.model,
                               1,
                               {{theta.data(), &record}},
                               truth.theta.data(),
                               truth.points(),
                               precision,
                               truth.x.data(),
                               truth.f.data(),
                               truth.experts.data(),
                               truth.weights.data()});
    return record;
}

/// Fills the error of f and its standard error from (e^2), e = f_fit - f_true, at each point.
inline void fill_regression(RiskRecord& record, std::vector<double> const& squared)
{
    auto const m = static_cast<double>(squared.size());
    double squares = 0, spread = 0; // spread: of e^2 less its mean, squared
    for (double const one : squared)
        squares += one / m;
    for (double const one : squared)
        spread += std::pow(one - squares, 2) / m;
    record.regression = std::sqrt(squares);
    record.regression_error = std::sqrt(spread / m) / (2 * record.regression);
}

} // namespace moerate
