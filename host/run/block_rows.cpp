#include "host/run/block.h"

#include "host/measure/inclusion.h"
#include "host/run/measure_losses.h"

#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// ||a - b||.
double distance(std::vector<double> const& a, std::vector<double> const& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

/// Slice of an array that came back from the device, as float64.
template <class Real>
std::vector<double> slice(std::vector<Real> const& values, std::size_t begin, int size)
{
    return {values.begin() + begin, values.begin() + begin + size};
}

} // namespace

template <class Real>
FitRow JobBlock<Real>::row(std::size_t at) const
{
    Fit const& fit = fits_[at];
    Curve const& curve = *fit.curve;
    SgdOutcome const& outcome = host_.outcome[at];
    std::size_t const begin = theta_.offset(fit.theta);
    int const p = curve.model.layout.size;
    FitRow row;
    row.cell = fit.cell->id;
    row.replicate = jobs_[fit.job].replicate;
    row.start_mse = host_.start_mse[at];
    row.mse = outcome.finite != 0 ? host_.mse[at] : nan;
    row.mse_truth = host_.mse_truth[fit.job];
    if (outcome.finite == 0)
        row.status = FitStatus::not_finite;
    else if (!(row.mse <= host_.mse_zero[fit.job])) // also where the MSE overflows
        row.status = FitStatus::diverged;
    else if (row.mse > row.start_mse)
        row.status = FitStatus::no_descent;
    bool const reference = curve.noise_variance > 0 && class_holds(curve.model, curve.truth.model);
    row.excess = reference ? data(fit).n * (row.mse - row.mse_truth) / curve.noise_variance : nan;
    row.start_risk = host_.start_risk[at];
    row.risk = outcome.finite != 0 ? host_.risk[at] : RiskRecord{nan, nan, nan, nan};
    row.start_theta = slice(host_.start, begin, p);
    row.theta = slice(host_.theta, begin, p);
    double const away = distance(row.start_theta, slice(host_.target, begin, p));
    row.moved = away > 0 ? distance(row.theta, row.start_theta) / away : nan;
    row.epochs = outcome.epochs;
    row.seconds = host_.seconds[at];
    return row;
}

template <class Real>
std::vector<FitRow> JobBlock<Real>::rows() const
{
    std::vector<FitRow> rows;
    for (std::size_t i = 0; i < fits_.size(); ++i)
        rows.push_back(row(i));
    measure(rows);
    return rows;
}

/// Adds the losses of starts and fits to all rows.
template <class Real>
void JobBlock<Real>::measure(std::vector<FitRow>& rows) const
{
    std::vector<LossRequest> requests;
    std::vector<std::pair<std::size_t, LossKey>> keys; // row, and what is asked for
    for (std::size_t i = 0; i < fits_.size(); ++i) {
        Curve const& curve = *fits_[i].curve;
        for (LossSpec const& loss : fits_[i].cell->losses) {
            for (char const* at : {"start", "fit"}) {
                bool const fitted = at == std::string("fit");
                requests.push_back({&curve.model, fitted ? &rows[i].theta : &rows[i].start_theta,
                                    &curve.truth.model, &fits_[i].truth->parameters, loss.choice});
                keys.emplace_back(i, loss_key(loss, at));
            }
        }
    }
    std::vector<LossRow> measured = measure_losses(device_, requests);
    for (std::size_t m = 0; m < measured.size(); ++m) {
        measured[m].key = keys[m].second;
        rows[keys[m].first].losses.push_back(std::move(measured[m]));
    }
    for (FitRow& row : rows)
        row.empty = row.losses.size() < 2 ? -1 : row.losses[1].record.empty; // first loss, fit
}

template FitRow JobBlock<float>::row(std::size_t) const;
template FitRow JobBlock<double>::row(std::size_t) const;
template void JobBlock<float>::measure(std::vector<FitRow>&) const;
template void JobBlock<double>::measure(std::vector<FitRow>&) const;
template std::vector<FitRow> JobBlock<float>::rows() const;
template std::vector<FitRow> JobBlock<double>::rows() const;

} // namespace moerate
