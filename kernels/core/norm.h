#pragma once

/// @file
/// Euclidean norms of vectors whose squares may leave the numbers of their type.

#include "kernels/core/math.h"

MOE_BEGIN_ISA

/// Whether a squared distance is smaller than another beyond the rounding of their sums, some 2^-52
/// a number: those that are equal on paper are a tie.
MOE_HD inline bool clearly_nearer(double square, double other)
{
    return square < (1.0 - 1e-14) * other;
}

/// Largest entries of a vector whose plain sum of squares is right, and the powers of two that
/// bring others there. Squares then stay far enough above the smallest number for what is lost
/// below to be less than a rounding.
template <class Real>
struct SquareRange;

template <>
struct SquareRange<float>
{
    static constexpr float least = 0x1p-50F;
    static constexpr float most = 0x1p50F;
    static constexpr float up = 0x1p100F;
    static constexpr float down = 0x1p-80F;
};

template <>
struct SquareRange<double>
{
    static constexpr double least = 0x1p-450;
    static constexpr double most = 0x1p450;
    static constexpr double up = 0x1p600;
    static constexpr double down = 0x1p-600;
};

/// Whether a plain sum of squares is right. Not for 0, which may be all that is left of them.
template <class Real>
MOE_HD MOE_INLINE bool safe_square(Real sum)
{
    using Range = SquareRange<Real>;
    return sum >= Range::least * Range::least && sum <= Range::most * Range::most;
}

/// The power of two to multiply a vector by before its entries are squared, by its largest one; 1
/// for ordinary vectors.
template <class Real>
MOE_HD MOE_INLINE Real square_unit(Real largest)
{
    using Range = SquareRange<Real>;
    Real const shrunk = largest > Range::most ? Range::down : Real(1);
    return largest < Range::least ? Range::up : shrunk;
}

/// A norm as the quotient norm / unit, which may itself be no number of the type.
template <class Real>
struct ScaledNorm
{
    Real norm; ///< |unit v|
    Real unit; ///< a power of two, 1 for ordinary vectors
    MOE_HD Real value() const { return norm / unit; }
};

/// The norm of (at(0), ..., at(n - 1)), given the plain sum of its squares.
template <class Real, class At>
MOE_HD ScaledNorm<Real> scaled_norm(Real square, int n, At const& at)
{
    if (safe_square(square))
        return {math::sqrt(square), Real(1)};
    Real largest = Real(0);
    for (int f = 0; f < n; ++f) {
        Real const size = at(f) < Real(0) ? -at(f) : at(f);
        largest = size > largest ? size : largest;
    }
    Real const unit = square_unit(largest);
    square = Real(0);
    for (int f = 0; f < n; ++f)
        square += (at(f) * unit) * (at(f) * unit);
    return {math::sqrt(square), unit};
}

MOE_END_ISA
