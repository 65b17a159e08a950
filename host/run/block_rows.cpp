#include "host/run/block.h"

#include "host/measure/inclusion.h"
#include "host/run/measure_losses.h"
#include "host/store/columns.h"

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
Point JobBlock<Real>::point(std::size_t number, std::string const& at) const
{
    Fit const& fit = fits_[number];
    Points const& points = points_.at(at);
    Point point;
    point.at = at;
    point.theta =
        slice(points.host.theta, points.theta.offset(fit.theta), fit.curve->model.layout.size);
    point.mse = points.measured[number] ? points.host.mse[number] : nan;
    point.risk = points.host.risk[number];
    if (!points.measured[number])
        each_risk_number(point.risk, [](Column const&, double& value) { value = nan; });
    return point;
}

template <class Real>
FitRow JobBlock<Real>::row(std::size_t at) const
{
    Fit const& fit = fits_[at];
    Curve const& curve = *fit.curve;
    FitOutcome const& outcome = host_.outcome[at];
    FitRow row;
    row.cell = fit.cell->id;
    row.replicate = jobs_[fit.job].replicate;
    row.points.clear();
    for (char const* name : fit_points)
        if (has_point(name, curve.start.number.count))
            row.points.push_back(point(at, name));
    Point const &start = row.at(at_start), &end = row.at(at_fit);
    row.mse_truth = host_.mse_reference[fit.job];
    double const square = host_.mean_square[fit.job], exact = exact_below(curve, square);
    row.status = status_of(outcome.finite, {end.mse, start.mse, square, exact});
    bool const reference = function_held(curve.model, fit.yardstick().measure.model);
    double const away = distance(
        start.theta, slice(host_.target, target_.offset(fit.theta), curve.model.layout.size));
    row.moved = away > 0 ? distance(end.theta, start.theta) / away : nan;
    row.facts = outcome.facts;
    set_excess(row, host_.mse_reference[fit.compared], reference, data(fit).n, curve.noise_variance,
               exact);
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

/// Adds the losses at all points to all rows.
template <class Real>
void JobBlock<Real>::measure(std::vector<FitRow>& rows) const
{
    std::vector<LossRequest<Real>> requests;
    std::vector<std::pair<Point*, LossKey>> keys; // whose it is, and what is asked for
    for (std::size_t i = 0; i < fits_.size(); ++i) {
        Fit const& fit = fits_[i];
        for (Point& point : rows[i].points) {
            Real const* const theta = points_.at(point.at).theta.at(fit.theta);
            bool const finite = all_finite(point.theta);
            for (LossSpec const& loss : fit.cell->losses) {
                Reference<Real> const& reference = *fit.references.at(loss.target);
                requests.push_back({&fit.curve->model, finite ? theta : nullptr,
                                    &reference.measure.model, reference.theta64.data(),
                                    loss.choice});
                keys.emplace_back(&point, loss_key(loss, point.at));
            }
        }
    }
    std::vector<LossRow> measured = measure_losses(device_, requests);
    for (std::size_t m = 0; m < measured.size(); ++m) {
        measured[m].key = keys[m].second;
        keys[m].first->losses.push_back(std::move(measured[m]));
    }
    for (FitRow& row : rows) {
        std::vector<LossRow> const& losses = row.at(at_fit).losses;
        row.empty = losses.empty() ? -1 : losses.front().record.empty;
    }
}

template Point JobBlock<float>::point(std::size_t, std::string const&) const;
template Point JobBlock<double>::point(std::size_t, std::string const&) const;
template FitRow JobBlock<float>::row(std::size_t) const;
template FitRow JobBlock<double>::row(std::size_t) const;
template void JobBlock<float>::measure(std::vector<FitRow>&) const;
template void JobBlock<double>::measure(std::vector<FitRow>&) const;
template std::vector<FitRow> JobBlock<float>::rows() const;
template std::vector<FitRow> JobBlock<double>::rows() const;

} // namespace moerate
