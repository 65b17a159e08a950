#pragma once

/// @file
/// The points of a fit: parameters that are measured alike.

#include <array>

namespace moerate
{

constexpr char const* at_start = "start"; ///< where the estimator began
constexpr char const* at_fit = "fit";     ///< where it ended

/// All points that a fit has, in the order in which it comes to them.
constexpr std::array<char const*, 2> fit_points{at_start, at_fit};

} // namespace moerate
