#pragma once

/// @file
/// Slopes over part of the n, and of all replicates but one.

#include "host/rates/contrast.h"
#include "host/rates/levels.h"

namespace moerate
{

/// One an n that leaves three n or more (all of two n: that one), from the whole curve on. Empty
/// without a slope.
std::vector<Window> windows_of(LogCurve const& mean, LogCurve const& regression);

/// The replicates without which the slope of the mean changes most, the most influential first;
/// exact, not to first order. Only those of n where two count.
std::vector<Influence> most_influential(Samples const& samples, std::size_t most = influences_told);

} // namespace moerate
