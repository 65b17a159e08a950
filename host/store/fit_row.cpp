#include "host/store/fit_row.h"

#include <algorithm>
#include <cmath>
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

std::vector<Point> FitRow::all_points()
{
    std::vector<Point> points(fit_points.size());
    for (std::size_t i = 0; i < points.size(); ++i)
        points[i].at = fit_points[i];
    return points;
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

std::optional<bool> admissible(FitRow const& fit, bool holds)
{
    return admissible(fit.at(at_fit).mse - fit.mse_truth, holds);
}

LossRow const* loss_of(FitRow const& fit, LossKey const& key)
{
    for (LossRow const& loss : fit.at(key.at).losses)
        if (loss.key == key)
            return &loss;
    return nullptr;
}

} // namespace moerate
