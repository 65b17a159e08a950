#pragma once

/// @file
/// The definitions of statistics and draws, word for word: every draw is copied and sorted.

#include "host/rates/bootstrap.h"
#include "kernels/rng/philox.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace moerate::naive
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

inline double mean(std::vector<double> const& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// A statistic by its definition (kernels/rates/summary_api.h). Not a number without values.
inline double statistic_of(Statistic statistic, std::vector<double> values)
{
    std::size_t const size = values.size();
    std::sort(values.begin(), values.end());
    switch (size == 0 ? Statistic::mean : statistic) {
    case Statistic::mean:
        return mean(values);
    case Statistic::median:
        return size % 2 == 1 ? values[size / 2] : 0.5 * (values[size / 2 - 1] + values[size / 2]);
    case Statistic::trimmed: {
        auto const drop = static_cast<std::ptrdiff_t>(0.05 * static_cast<double>(size));
        return mean({values.begin() + drop, values.end() - drop});
    }
    case Statistic::geometric:
        for (double& value : values)
            value = std::log(value);
        return std::exp(mean(values));
    }
    return none;
}

/// sqrt(sum (v - mean)^2 / (R - 1)).
inline double standard_deviation(std::vector<double> const& values)
{
    if (values.size() < 2)
        return none;
    double sum = 0;
    for (double const value : values)
        sum += (value - mean(values)) * (value - mean(values));
    return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

/// The values with a number.
inline std::vector<double> present(std::vector<double> values)
{
    values.erase(std::remove_if(values.begin(), values.end(),
                                [](double value) { return std::isnan(value); }),
                 values.end());
    return values;
}

/// Draw `number` of the replicates at one n: index i is word i mod 4 of counter i / 4 times the
/// number of replicates over 2^32. Nested draws take from all replicates and lose those without
/// number, others take from those with one.
inline std::vector<double> draw(std::vector<double> const& values, int n,
                                Resampling const& resampling, int number)
{
    auto const from = resampling.nested ? values : present(values);
    StreamKey key = resampling.key;
    key.replicate = static_cast<std::uint32_t>(number);
    key.n = resampling.nested ? 0 : static_cast<std::uint32_t>(n);
    std::vector<double> drawn;
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::uint64_t const word = philox(key, Stream::bootstrap, i / 4).w[i % 4];
        drawn.push_back(from[(word * from.size()) >> 32]);
    }
    return present(drawn);
}

} // namespace moerate::naive
