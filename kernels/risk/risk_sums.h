#pragma once

/// @file
/// What a fit's experts, responses and gates lack, summed over the common points: where the sums
/// stand, and how they go from the points' precision into float64.

#include "kernels/model/forward.h"
#include "kernels/risk/risk_api.h"

MOE_BEGIN_ISA

/// Chunks between two foldings of the pair sums into float64: 32 terms a float sum keep its
/// rounding at some 1e-6 of the sum, below the sampling error of 10^5 points.
constexpr int chunks_a_fold = 32;

/// Sums of one fit.
template <class Real, class Lanes>
struct RiskSums
{
    SampleSum square;                                     ///< of e = f - f_true
    SampleSum fourth;                                     ///< of e^4
    static constexpr int parts = Lanes::warp ? 4 : chunk; ///< of a sum

    Real* part;  ///< [sums][parts] what came to the sums since the last folding
    double* sum; ///< [sums] up to it: of (h_i - h*_j)^2 [k][k*], then of the cells' responses [k*],
                 ///< then of their gates [k*]
    int* cell;   ///< [k] true atom of each fitted one
    int* member; ///< [k] fitted atoms by cell, ascending inside of one
    int* begin;  ///< [k* + 1] first of a cell's

    MOE_HD MOE_FLAT RiskSums(Scratch& scratch, int k, int true_atoms)
        : square(scratch), fourth(scratch),
          part(scratch.take<Real>(static_cast<std::size_t>(sums(k, true_atoms)) * parts)),
          sum(scratch.take<double>(static_cast<std::size_t>(sums(k, true_atoms)))),
          cell(scratch.take<int>(static_cast<std::size_t>(k))),
          member(scratch.take<int>(static_cast<std::size_t>(k))),
          begin(scratch.take<int>(static_cast<std::size_t>(true_atoms) + 1))
    {}

    /// Number of sums.
    MOE_HD static constexpr int sums(int k, int true_atoms)
    {
        return k * true_atoms + 2 * true_atoms;
    }

    /// Adds the powers of e = f[b] - f_true[b], b < count.
    MOE_HD MOE_FLAT void add_errors(Lanes lanes, Real const* f, Real const* f_true, int count) const
    {
        square.add_square(lanes, f, f_true, count);
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            double const e = static_cast<double>(f[b]) - static_cast<double>(f_true[b]);
            double const squared = e * e;
            fourth.part[b] += squared * squared;
        }
    }

    /// Sets all sums to zero.
    MOE_HD MOE_FLAT void clear(Lanes lanes, int k, int true_atoms) const
    {
        square.clear(lanes);
        fourth.clear(lanes);
        for (int p = lanes.rank(); p < sums(k, true_atoms); p += lanes.size())
            sum[p] = 0;
        for (int i = lanes.rank(); i < sums(k, true_atoms) * parts; i += lanes.size())
            part[i] = Real(0);
    }
};

/// Moves the float sums into float64.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void fold_sums(Lanes lanes, int sums, RiskSums<Real, Lanes> const& m)
{
    lanes.sync();
    for (int p = lanes.rank(); p < sums; p += lanes.size()) {
        constexpr int parts = RiskSums<Real, Lanes>::parts;
        Real* const part = m.part + p * parts;
        double sum = 0;
        MOE_SIMD_SUM(sum)
        for (int b = 0; b < parts; ++b)
            sum += static_cast<double>(part[b]);
        m.sum[p] += sum;
        MOE_SIMD
        for (int b = 0; b < parts; ++b)
            part[b] = Real(0);
    }
    lanes.sync();
}

MOE_END_ISA
