#include "host/estimate/hessian.h"

#include "host/core/matrix.h"
#include "host/device/slices.h"
#include "host/estimate/kinks.h"
#include "host/estimate/rank.h"
#include "kernels/lse/coordinates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double smooth_step = 1e-4, kinked_step = 1e-2;
constexpr std::size_t gradients_at_once = 256;

/// Gradients of mse by theta at these points.
std::vector<std::vector<double>> gradients(Device& device, Objective const& objective,
                                           std::vector<std::vector<double>> const& points)
{
    Slices<double> thetas, found;
    std::vector<double> values;
    for (std::vector<double> const& point : points) {
        int const number = thetas.add(point.size());
        found.add(point.size());
        values.resize(thetas.size());
        std::copy(point.begin(), point.end(), values.begin() + thetas.offset(number));
    }
    thetas.upload(device, values);
    found.allocate(device);
    std::vector<EvaluateTask<double>> tasks;
    for (std::size_t i = 0; i < points.size(); ++i)
        tasks.push_back({objective.model, thetas.at(static_cast<int>(i)), objective.n, objective.x,
                         objective.y, nullptr, nullptr, found.at(static_cast<int>(i)), nullptr});
    device.run(tasks);
    values = found.download();
    std::vector<std::vector<double>> out;
    for (std::size_t i = 0; i < points.size(); ++i) {
        auto const begin = values.begin() + found.offset(static_cast<int>(i));
        out.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(points[i].size()));
    }
    return out;
}

/// Coordinates that are inside of their bounds.
std::vector<int> free_coordinates(Model const& model, Box::Bounds const& bounds,
                                  std::vector<double> const& theta)
{
    std::vector<int> inside;
    for (int z = 0; z < coordinate_count(model); ++z) {
        double const value = theta[coordinate_place(model, z).theta];
        if (value > bounds.lower[z] && value < bounds.upper[z])
            inside.push_back(z);
    }
    return inside;
}

/// The Hessian by some coordinates, from differences of the gradients around theta.
DenseMatrix hessian(Device& device, Objective const& objective, std::vector<int> const& by,
                    std::vector<double> const& theta)
{
    Model const& model = objective.model;
    std::size_t const size = by.size();
    double const share = kinked(model) ? kinked_step : smooth_step;
    DenseMatrix out(size, size);
    for (std::size_t begin = 0; begin < by.size(); begin += gradients_at_once) {
        std::size_t const end = std::min(by.size(), begin + gradients_at_once);
        std::vector<std::vector<double>> points;
        std::vector<double> width;
        for (std::size_t i = begin; i < end; ++i) {
            CoordinatePlace const at = coordinate_place(model, by[i]);
            double const step = share * std::max(1.0, std::fabs(theta[at.theta]));
            for (double const moved : {theta[at.theta] + step, theta[at.theta] - step}) {
                points.push_back(theta);
                points.back()[at.theta] = moved;
                if (at.mirror >= 0)
                    points.back()[at.mirror] = moved;
            }
            width.push_back(2 * step);
        }
        std::vector<std::vector<double>> const found = gradients(device, objective, points);
        for (std::size_t i = begin; i < end; ++i) {
            double const* const above = found[2 * (i - begin)].data();
            double const* const below = found[2 * (i - begin) + 1].data();
            for (std::size_t j = 0; j < size; ++j) {
                CoordinatePlace const at = coordinate_place(model, by[j]);
                out(i, j) = // half of mse is the objective
                    (by_coordinate(at, above) - by_coordinate(at, below)) / (2 * width[i - begin]);
            }
        }
    }
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < i; ++j)
            out(i, j) = out(j, i) = (out(i, j) + out(j, i)) / 2;
    return out;
}

/// Flat directions of J^T J among some coordinates.
std::size_t flat_directions(std::vector<double> const& gram, std::size_t p,
                            std::vector<int> const& among)
{
    std::vector<double> part;
    for (int const i : among)
        for (int const j : among)
            part.push_back(gram[static_cast<std::size_t>(i) * p + static_cast<std::size_t>(j)]);
    return among.size() - static_cast<std::size_t>(rank_of(part, among.size()).rank);
}

} // namespace

double least_curvature(Device& device, Objective const& objective, Box::Bounds const& bounds,
                       std::vector<double> const& theta, std::vector<double> const& gram)
{
    double const none = std::numeric_limits<double>::quiet_NaN();
    std::vector<int> const inside = free_coordinates(objective.model, bounds, theta);
    std::size_t const flat = flat_directions(gram, bounds.lower.size(), inside);
    if (inside.size() == flat)
        return none;
    DenseMatrix const found = hessian(device, objective, inside, theta);
    if (!std::all_of(found.values.begin(), found.values.end(),
                     [](double entry) { return std::isfinite(entry); }))
        return none;
    std::vector<double> by_size = spectrum_of(found, Wanted::values).values;
    std::sort(by_size.begin(), by_size.end(),
              [](double a, double b) { return std::fabs(a) < std::fabs(b); });
    return *std::min_element(by_size.begin() + static_cast<std::ptrdiff_t>(flat), by_size.end());
}

} // namespace moerate
