#pragma once

/// @file
/// Numerical rank of a Gram matrix: which directions of the parameters the data identify.

#include <array>
#include <cstddef>
#include <vector>

namespace moerate
{

/// Eigenvalues at most this share of the largest count as 0.
constexpr double rank_tolerance = 1e-10;

/// What is known of J^T J after it was scaled to a unit diagonal.
struct Rank
{
    int rank = 0;                   ///< eigenvalues above rank_tolerance of the largest
    int dead = 0;                   ///< coordinates without any effect (dead_share), dropped before
    std::array<double, 5> smallest; ///< eigenvalues from the least on; NaN where there are fewer
};

/// Of `gram` [p][p] = J^T J, all numbers finite; else all is 0 and NaN.
Rank rank_of(std::vector<double> const& gram, std::size_t p);

} // namespace moerate
