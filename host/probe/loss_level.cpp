#include "host/probe/loss_level.h"

#include "host/probe/loss_branch.h"
#include "kernels/lse/coordinates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double gradient_step = 1e-6; ///< of max(1, |z|)
constexpr double on_level = 1e-10;     ///< relative
constexpr int most_brackets = 24, most_cuts = 60;

/// origin + t (theta - origin).
std::vector<double> on_ray(std::vector<double> const& origin, std::vector<double> const& theta,
                           double t)
{
    std::vector<double> point(theta);
    for (std::size_t i = 0; i < point.size(); ++i)
        point[i] = origin[i] + t * (theta[i] - origin[i]);
    return point;
}

/// The largest t of the ray inside the box.
double end_of_ray(Model const& model, std::vector<double> const& origin,
                  std::vector<double> const& theta, Box::Bounds const& box)
{
    double end = std::numeric_limits<double>::infinity();
    for (int z = 0; z < coordinate_count(model); ++z) {
        int const at = coordinate_place(model, z).theta;
        double const slope = theta[at] - origin[at];
        if (slope != 0)
            end = std::min(end, ((slope > 0 ? box.upper[z] : box.lower[z]) - origin[at]) / slope);
    }
    return end;
}

/// Half the span of a central difference in coordinate z.
double step_at(Model const& model, std::vector<double> const& theta, int z)
{
    return gradient_step * std::max(1.0, std::fabs(theta[coordinate_place(model, z).theta]));
}

/// Central differences of a branch; nothing where it ends before one of their points.
std::optional<std::vector<double>> branch_gradient(Model const& model, LossBranch const& branch,
                                                   std::vector<double> const& theta)
{
    int const p = coordinate_count(model);
    std::vector<double> gradient, point;
    for (int z = 0; z < p; ++z) {
        double const step = step_at(model, theta, z);
        std::optional<double> side[2];
        for (int s = 0; s < 2; ++s) {
            point = theta;
            move_coordinate(model, z, s == 0 ? step : -step, point);
            side[s] = branch.value(point);
        }
        if (!side[0] || !side[1])
            return {};
        gradient.push_back((*side[0] - *side[1]) / (2 * step));
    }
    return gradient;
}

} // namespace

void move_coordinate(Model const& model, int coordinate, double step, std::vector<double>& theta)
{
    CoordinatePlace const at = coordinate_place(model, coordinate);
    theta[at.theta] += step;
    if (at.mirror >= 0)
        theta[at.mirror] += step;
}

std::vector<LossRow> LossLevel::rows(std::vector<std::vector<double>> const& thetas) const
{
    std::vector<HostLossRequest> requests;
    requests.reserve(thetas.size());
    for (std::vector<double> const& theta : thetas)
        requests.push_back({&fitted_, &theta, &truth_, choice_});
    return measure_losses(device_, requests);
}

std::vector<double> LossLevel::gradient(std::vector<double> const& theta) const
{
    if (auto const branch = LossBranch::at(fitted_, truth_, choice_, theta))
        if (auto const slope = branch_gradient(fitted_, *branch, theta))
            return *slope;
    int const p = coordinate_count(fitted_);
    std::vector<std::vector<double>> points;
    for (int z = 0; z < p; ++z)
        for (double const sign : {1.0, -1.0}) {
            points.push_back(theta);
            move_coordinate(fitted_, z, sign * step_at(fitted_, theta, z), points.back());
        }
    std::vector<LossRow> const found = rows(points);
    std::vector<double> gradient;
    for (int z = 0; z < p; ++z)
        gradient.push_back((found[2 * z].record.value - found[2 * z + 1].record.value) /
                           (2 * step_at(fitted_, theta, z)));
    return gradient;
}

std::optional<std::vector<double>> LossLevel::onto(double level, std::vector<double> const& origin,
                                                   std::vector<double> const& theta,
                                                   Box::Bounds const& box) const
{
    double const end = end_of_ray(fitted_, origin, theta, box);
    auto const above = [&](double t) { return value(on_ray(origin, theta, t)) / level - 1; };
    double low = 0, below = -1, high = std::min(1.0, end), over = above(high);
    for (int i = 0; i < most_brackets && over < 0; ++i) {
        if (high >= end)
            return {};
        low = high;
        below = over;
        high = std::min(1.5 * high, end);
        over = above(high);
    }
    if (!(over >= 0))
        return {};
    for (int i = 0; i < most_cuts; ++i) { // false position, halving the end that stays
        if (std::fabs(over) <= on_level)
            return on_ray(origin, theta, high);
        if (high - low <= 1e-15 * high)
            return {};
        bool const halve = i % 3 == 2;
        double const t = halve ? (low + high) / 2 : low + (high - low) * below / (below - over);
        double const there = above(t);
        if (std::fabs(there) <= on_level)
            return on_ray(origin, theta, t);
        (there < 0 ? low : high) = t;
        (there < 0 ? below : over) = there;
    }
    return {};
}

} // namespace moerate
