#pragma once

/// @file
/// Small quadratic programs in a box.

#include <cstddef>
#include <vector>

namespace moerate
{

/// min t.G t / 2 + b.t, low <= t <= high, G positive semidefinite.
struct BoundedQuadratic
{
    std::vector<double> g;            ///< [size][size], symmetric
    std::vector<double> b, low, high; ///< [size]; high may be infinite

    std::size_t size() const { return b.size(); }
    double const* row(std::size_t i) const { return g.data() + i * size(); }
    /// G t + b. Most t are 0 where this is of use, and cost nothing.
    std::vector<double> slopes(std::vector<double> const& t) const;
    /// |b_i| + sum_j |G_ij t_j|: what that is the sum of.
    double slope_size(std::vector<double> const& t, std::size_t i) const;
    /// Completes g where b has new variables: G_ij = row_i.row_j, `rows` [size][length]. What it
    /// has of the others stays.
    void extend(double const* rows, std::size_t length);
};

/// Slopes below this share of what they are sums of count as 0.
constexpr double slope_rounding = 1e-12;

/// Minimises from a t within the bounds, by an active set (bounded variables least squares, Stark
/// and Parker 1995): exact up to rounding.
void minimise(BoundedQuadratic const& problem, std::vector<double>& t);

} // namespace moerate
