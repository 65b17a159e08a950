#include "host/rates/line_test.h"

#include "host/rates/bootstrap.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Weights of the residual at place i: a row of 1 - H, H = 1/N + x x^T / sum x^2, x centred log n.
std::vector<double> residual_weights(LogLine const& line, std::size_t i)
{
    auto const& slope = line.weights(); // x / sum x^2
    double square = 0;                  // 1 / sum x^2
    for (double const w : slope)
        square += w * w;
    std::vector<double> weights;
    for (std::size_t j = 0; j < slope.size(); ++j)
        weights.push_back((i == j ? 1.0 : 0.0) - 1.0 / static_cast<double>(slope.size()) -
                          slope[i] * slope[j] / square);
    return weights;
}

/// Deviations below this, of a logarithm, are rounding.
constexpr double rounding = 1e-9;

} // namespace

std::optional<LackOfFit> lack_of_fit(LogCurve const& curve)
{
    if (curve.drawn.size() < 3 || curve.replicates() < 2)
        return std::nullopt;
    LogLine const line(curve.n);
    std::vector<double> largest(bootstrap_draws, 0.0); // by draw
    double observed = -1;
    LackOfFit result;
    for (std::size_t i = 0; i < curve.n.size(); ++i) {
        Contrast const residual = contrast(curve, residual_weights(line, i));
        if (std::isnan(residual.lo))
            return std::nullopt;
        double const own = deviation_of(residual);
        if (!(own > rounding))
            continue;
        double const drawn = own / residual.spread.scale;
        double const z = normal_deviate(residual.value / own, residual.spread.freedom);
        if (z > observed) {
            observed = z;
            result = {1, curve.n[i], residual.value, own};
        }
        for (std::size_t b = 0; b < largest.size(); ++b)
            largest[b] =
                std::max(largest[b], std::fabs(residual.draws[b] - residual.value) / drawn);
    }
    if (observed < 0)
        return std::nullopt;
    auto const reach =
        std::count_if(largest.begin(), largest.end(), [&](double one) { return one >= observed; });
    result.p = (1.0 + static_cast<double>(reach)) / (1.0 + bootstrap_draws);
    return result;
}

std::optional<Floor> floor_of(LogCurve const& curve, double flat)
{
    std::size_t const size = curve.drawn.size(), least = std::min<std::size_t>(3, size);
    for (std::size_t first = 0; size >= 2 && first + least <= size; ++first) {
        Contrast slope = contrast(curve, tail_weights(curve.n, first));
        if (slope.lo > flat)
            return Floor{curve.n[first], std::move(slope), first == 0};
    }
    return std::nullopt;
}

} // namespace moerate
