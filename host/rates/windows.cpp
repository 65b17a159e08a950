#include "host/rates/windows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moerate
{
namespace
{

SlopeInterval slope_from(LogCurve const& curve, std::size_t first)
{
    if (curve.drawn.empty())
        return {no_number, no_number, no_number};
    Contrast const part = contrast(curve, tail_weights(curve.n, first));
    return {part.value, part.lo, part.hi, part.single};
}

} // namespace

std::vector<Window> windows_of(LogCurve const& mean, LogCurve const& regression)
{
    std::vector<Window> windows;
    std::size_t const size = mean.n.size(), least = std::min<std::size_t>(3, size);
    for (std::size_t first = 0; size >= 2 && first + least <= size; ++first)
        windows.push_back({mean.n[first], slope_from(mean, first), slope_from(regression, first)});
    return windows;
}

std::vector<Influence> most_influential(Samples const& samples, std::size_t most)
{
    std::vector<Influence> all;
    LogLine const line(samples.n);
    std::vector<double> means;
    for (auto const& values : samples.values) {
        auto const own = present(values);
        means.push_back(std::accumulate(own.begin(), own.end(), 0.0) /
                        static_cast<double>(own.size()));
    }
    double const slope = line.slope(means);
    for (std::size_t i = 0; !std::isnan(slope) && i < samples.n.size(); ++i) {
        auto const size = static_cast<double>(counted(samples.values[i]));
        for (std::size_t r = 0; size > 1 && r < samples.values[i].size(); ++r) {
            double const value = samples.values[i][r];
            double const rest = (size * means[i] - value) / (size - 1);
            if (std::isnan(value) || !(rest > 0))
                continue;
            double const change = line.weights()[i] * std::log(rest / means[i]);
            all.push_back({samples.n[i], static_cast<int>(r), value, slope + change, change});
        }
    }
    std::stable_sort(all.begin(), all.end(), [](Influence const& a, Influence const& b) {
        return std::fabs(a.change) > std::fabs(b.change);
    });
    all.resize(std::min(all.size(), most));
    return all;
}

} // namespace moerate
