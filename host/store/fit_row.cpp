#include "host/store/fit_row.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace moerate
{
namespace
{

template <class Points>
auto find_point(Points& points, std::string const& name)
{
    return std::find_if(points.begin(), points.end(),
                        [&](Point const& point) { return point.at == name; });
}

template <class Points>
auto& point_at(Points& points, std::string const& name)
{
    auto const found = find_point(points, name);
    if (found == points.end())
        throw std::out_of_range("a fit has no point \"" + name + "\"");
    return *found;
}

} // namespace

std::vector<Point> FitRow::common_points()
{
    std::vector<Point> points;
    for (char const* at : fit_points)
        if (every_fit_has(at))
            points.emplace_back().at = at;
    return points;
}

void FitRow::add_point(Point point)
{
    auto const place = [](Point const& of) {
        return std::find(fit_points.begin(), fit_points.end(), of.at) - fit_points.begin();
    };
    auto const behind =
        std::upper_bound(points.begin(), points.end(), point,
                         [&](Point const& a, Point const& b) { return place(a) < place(b); });
    points.insert(behind, std::move(point));
}

Point& FitRow::at(std::string const& name)
{
    return point_at(points, name);
}

Point const& FitRow::at(std::string const& name) const
{
    return point_at(points, name);
}

bool FitRow::has(std::string const& name) const
{
    return find_point(points, name) != points.end();
}

std::optional<bool> admissible(double above, bool holds)
{
    if (!holds || std::isnan(above))
        return std::nullopt;
    return above <= 0;
}

std::optional<bool> certified(FitRow const& fit)
{
    FitFacts const& facts = fit.facts;
    if (!fit.admissible || !facts.stationary || !facts.best)
        return std::nullopt;
    return *fit.admissible && *facts.stationary && *facts.best;
}

std::optional<bool> admissible(FitRow const& fit, bool holds)
{
    return admissible(fit.at(at_fit).mse - fit.mse_truth, holds);
}

void set_excess(FitRow& fit, double mse_reference, bool holds, int n, double noise_variance,
                double exact_below)
{
    double const mse = fit.at(at_fit).mse, above = mse - mse_reference;
    bool const exact = noise_variance == 0 && mse <= exact_below;
    fit.admissible = admissible(exact ? std::fmin(above, 0.0) : above, holds);
    fit.excess = holds && noise_variance > 0 ? n * above / noise_variance
                                             : std::numeric_limits<double>::quiet_NaN();
    fit.certified = certified(fit);
}

LossRow const* loss_of(FitRow const& fit, LossKey const& key)
{
    if (!fit.has(key.at))
        return nullptr;
    for (LossRow const& loss : fit.at(key.at).losses)
        if (loss.key == key)
            return &loss;
    return nullptr;
}

} // namespace moerate
