#pragma once

/// @file
/// Replicates with everything that can go wrong, for comparisons.

#include "host/rates/bootstrap.h"

#include <limits>
#include <random>

namespace moerate
{

/// R lognormal replicates at three n. Some are equal, 0, or not a number, and one is infinite,
/// where there are enough of them.
inline Samples awkward_samples(int replicates, unsigned seed)
{
    std::mt19937_64 engine(seed);
    std::lognormal_distribution<double> value(-3.0, 1.5);
    Samples samples{{100, 1000, 10000}, {}};
    for (std::size_t i = 0; i < samples.n.size(); ++i) {
        std::vector<double> values;
        for (int r = 0; r < replicates; ++r) {
            values.push_back(value(engine));
            if (r % 7 == 3)
                values[r] = values[r - 2]; // a tie
            if (r % 11 == 5)
                values[r] = 0;
            if (r % 5 == static_cast<int>(i) + 1)
                values[r] = std::numeric_limits<double>::quiet_NaN();
            if (r == 17)
                values[r] = std::numeric_limits<double>::infinity();
        }
        samples.values.push_back(values);
    }
    return samples;
}

/// Numbers of replicates around the sizes where something changes: the trimmed mean drops from 20
/// on, stretches of ranks (kernels/rates/multiset.h) begin at 32 and grow from 4096 on.
constexpr int awkward_sizes[] = {1, 2, 3, 19, 20, 21, 40, 53, 1000, 5431};

inline Resampling resampling_of(std::uint32_t seed, bool nested)
{
    Resampling resampling;
    resampling.key.key0 = seed;
    resampling.nested = nested;
    return resampling;
}

} // namespace moerate
