#pragma once

/// @file
/// How far one Gram matrix is from another.

#include <cmath>
#include <cstddef>
#include <vector>

namespace moerate
{

/// Largest deviation of a Gram matrix as a share of |J_a| |J_b|, where a column of J counts for a
/// thousandth of the largest at least; there must be a Jacobian.
inline double gram_deviation(std::vector<double> const& got, std::vector<double> const& want,
                             std::size_t p)
{
    double largest = 0;
    for (std::size_t a = 0; a < p; ++a)
        largest = std::fmax(largest, std::sqrt(want[a * p + a]));
    auto const length = [&](std::size_t a) { return std::sqrt(want[a * p + a]) + 1e-3 * largest; };
    double most = 0;
    for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t b = 0; b < p; ++b) {
            double const share =
                std::fabs(got[a * p + b] - want[a * p + b]) / (length(a) * length(b));
            if (std::isnan(share))
                return NAN;
            most = std::fmax(most, share);
        }
    }
    return largest > 1e-3 ? most : NAN;
}

} // namespace moerate
