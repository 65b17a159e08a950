#pragma once

/// @file
/// The points of a fit: parameters that are measured alike.

#include <array>
#include <string_view>

namespace moerate
{

constexpr char const* at_start = "start";   ///< where the estimator began
constexpr char const* at_oracle = "oracle"; ///< where the start alone led to that was given to it:
                                            ///< near the truth, which no user of real data could
constexpr char const* at_fit = "fit";       ///< where it ended

/// All points that a fit may have, in the order in which it comes to them.
constexpr std::array<char const*, 3> fit_points{at_start, at_oracle, at_fit};

/// Whether every fit has the point; the others belong to fits with several starts.
constexpr bool every_fit_has(std::string_view point)
{
    return point != at_oracle;
}

/// Whether a fit of so many starts has the point.
constexpr bool has_point(std::string_view point, int starts)
{
    return every_fit_has(point) || starts > 1;
}

/// How many points a fit of so many starts has.
constexpr int points_of(int starts)
{
    int count = 0;
    for (char const* at : fit_points)
        count += has_point(at, starts) ? 1 : 0;
    return count;
}

} // namespace moerate
