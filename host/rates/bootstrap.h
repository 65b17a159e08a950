#pragma once

/// @file
/// Bootstrap of a slope over replicates (interfaces.md, Rates): deterministic, and the same draws
/// for all curves with the same truth, so that their intervals can be compared.

#include "host/device/device.h"
#include "host/rates/rates.h"
#include "host/rates/statistics.h"
#include "kernels/rng/stream.h"

#include <vector>

namespace moerate
{

/// Draws of a bootstrap, and the tails that its 95 % interval leaves out. Sanitizers see the same
/// in each draw, ten times as slow, and nobody asks their build for rates: it has fewer.
#ifdef __SANITIZE_ADDRESS__
constexpr int bootstrap_draws = 250;
#else
constexpr int bootstrap_draws = 2000;
#endif
constexpr double bootstrap_tail = 0.025;

/// One number of every replicate at every n.
struct Samples
{
    std::vector<int> n;
    std::vector<std::vector<double>> values; ///< [n][replicate]; not a number: left out
};

/// What the draws depend on.
struct Resampling
{
    StreamKey key;       ///< of the data (streams_key); n and replicate are ignored
    bool nested = false; ///< data of a smaller n are part of a larger one's: one draw for all n,
                         ///< which have the same number of places for replicates
};

/// Value per n and slope of each statistic, all from the same draws. Within each n the replicates
/// are drawn with replacement, on `device`; the slopes' deviations from the slope of the data,
/// widened as interval.h says, give the percentile interval. Without a slope or an interval
/// `reason` says why. `what` names the numbers there, such as "loss".
std::vector<Slope> slopes(Device& device, Samples const& samples, Resampling const& resampling,
                          std::vector<Statistic> const& statistics, char const* what);

} // namespace moerate
