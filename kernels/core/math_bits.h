#pragma once

/// @file
/// Bit patterns of IEEE numbers and polynomials: what the functions of math.h are built from.
/// All of it is branch-free and vectorises inside a MOE_SIMD loop.

#include "kernels/core/hd.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

MOE_BEGIN_ISA
namespace math
{

/// Layout of an IEEE number: its bits as an unsigned integer, width of the fraction, exponent bias.
template <class Real>
struct Format;

template <>
struct Format<float>
{
    using Bits = std::uint32_t;
    static constexpr int fraction = 23;
    static constexpr int bias = 127;
};

template <>
struct Format<double>
{
    using Bits = std::uint64_t;
    static constexpr int fraction = 52;
    static constexpr int bias = 1023;
};

/// The bits of `from` read as a `To` of the same size.
template <class To, class From>
MOE_HD MOE_INLINE To bits_as(From from)
{
    static_assert(sizeof(To) == sizeof(From), "bits_as needs two types of one size");
    To to;
    std::memcpy(&to, &from, sizeof(to));
    return to;
}

/// 1.5 * 2^fraction: a number t with |t| < 2^(fraction - 2) becomes an integer, rounded to nearest,
/// when this is added, and that integer stands in the low bits of the sum.
template <class Real>
constexpr Real round_shift = Real(3) *
                             Real(typename Format<Real>::Bits(1) << (Format<Real>::fraction - 1));

/// c0 + c1 x + c2 x^2 + ..., by Horner's rule in fused steps.
template <class Real>
MOE_HD MOE_INLINE Real horner(Real /*x*/, Real c)
{
    return c;
}

template <class Real, class... More>
MOE_HD MOE_INLINE Real horner(Real x, Real c0, More... more)
{
    return std::fma(horner(x, more...), x, c0);
}

} // namespace math
MOE_END_ISA
