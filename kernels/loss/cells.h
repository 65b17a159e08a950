#pragma once

/// @file
/// Voronoi cells A_j = { i : |theta_i - theta*_j| <= |theta_i - theta*_l| for all l }
/// (spec.md 2.1). Distances are sums of squared differences, never expanded squares: losses near 0
/// must be exact.

#include "kernels/core/norm.h"
#include "kernels/loss/work.h"

MOE_BEGIN_ISA

/// sum_f (a_f - b_f)^2.
MOE_HD inline double squared_distance(double const* a, double const* b, int n)
{
    double sum = 0;
    MOE_SIMD_SUM(sum)
    for (int f = 0; f < n; ++f)
        sum += (a[f] - b[f]) * (a[f] - b[f]);
    return sum;
}

/// |a - b|.
MOE_HD inline double distance(double const* a, double const* b, int n)
{
    return scaled_norm(squared_distance(a, b, n), n, [=](int f) { return a[f] - b[f]; }).value();
}

/// Fills expert2. It holds for all candidates of the gauge, which moves gate locations only.
template <class Lanes>
MOE_HD MOE_CALLED void expert_distances(Lanes lanes, LossWork const& work)
{
    int const width = work.columns.width;
    Range const expert = work.columns.expert;
    for (int p = lanes.rank(); p < work.k * work.k_true; p += lanes.size())
        work.expert2[p] =
            squared_distance(work.row + p / work.k_true * width + expert.begin,
                             work.row_true + p % work.k_true * width + expert.begin, expert.size);
}

/// Fills gate2 for the moved atoms.
template <class Lanes>
MOE_HD MOE_CALLED void gate_distances(Lanes lanes, LossWork const& work)
{
    for (int p = lanes.rank(); p < work.k * work.k_true; p += lanes.size())
        work.gate2[p] = squared_distance(work.moved + p / work.k_true * work.moved_stride,
                                         work.row_true + p % work.k_true * work.columns.width,
                                         work.columns.location.size);
}

/// Writes the cell of each moved atom; a tie goes to the smaller j, an atom that is not finite to j
/// = 0. Complete on return for all lanes.
template <class Lanes>
MOE_HD MOE_CALLED void assign_cells(Lanes lanes, LossWork const& work, int* cell)
{
    gate_distances(lanes, work);
    lanes.sync();
    for (int i = lanes.rank(); i < work.k; i += lanes.size()) {
        double const* const gate2 = work.gate2 + i * work.k_true;
        double const* const expert2 = work.expert2 + i * work.k_true;
        int nearest = 0;
        for (int j = 1; j < work.k_true; ++j) {
            if (clearly_nearer(gate2[j] + expert2[j], gate2[nearest] + expert2[nearest]))
                nearest = j;
        }
        cell[i] = nearest;
    }
    lanes.sync();
}

/// Whether two assignments are equal. Every lane finds the same answer.
MOE_HD inline bool same_cells(int const* a, int const* b, int k)
{
    for (int i = 0; i < k; ++i) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

MOE_END_ISA
