#pragma once

/// @file
/// When a fit of data without noise is exact: THE RULE, for stationary, the ends of starts,
/// admissible and a fit's status.

#include <limits>

namespace moerate
{

/// The training MSE up to which rounding alone makes it, of y without noise with this mean square.
///
/// A prediction sums tens to hundreds of products, and a score s is rounded before its exponential,
/// by |s| units; so do those that made y. Such errors add as roots: each prediction is off by up to
/// some tens of unit roundoffs u of the size of y, and 64 u leaves room for scores of 10 and sums
/// of 10^3 terms. Of two MSEs below (64 u)^2 E y^2 neither is known to be the smaller one: relative
/// to E y^2 that is 5e-29 in float64, 1.5e-11 in float32.
template <class Real>
constexpr double rounding_mse(double mean_square)
{
    constexpr double unit = std::numeric_limits<Real>::epsilon() / 2.0;
    return 64 * unit * (64 * unit) * mean_square;
}

} // namespace moerate
