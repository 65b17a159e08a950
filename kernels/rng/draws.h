#pragma once

/// @file
/// Numbers from random words: uniform and normal.

#include "kernels/core/math.h"
#include "kernels/rng/philox.h"

namespace moerate
{

/// The four standard normals of one counter.
struct Normals
{
    double z[4];
};

} // namespace moerate

MOE_BEGIN_ISA

/// Uniform on [-1, 1]: the word as a signed integer over 2^31. One rounding, so the same bits on
/// every backend.
MOE_HD MOE_INLINE float uniform_pm1(std::uint32_t word)
{
    return static_cast<float>(static_cast<std::int32_t>(word)) * 0x1p-31F;
}

/// Two independent standard normals by Box and Muller: sqrt(-2 log u) (cos, sin)(2 pi v) with
/// u = (w0 + 1/2) / 2^32 and v = w1 / 2^32. |a| and |b| stay below 6.77, where the tail that is cut
/// off has probability 1.3e-11.
MOE_HD MOE_INLINE void normal_pair(std::uint32_t w0, std::uint32_t w1, double* a, double* b)
{
    // Through signed integers, which convert in one instruction on every level: w0 - 2^31 is exact,
    // and w1 - 2^32 is the same angle as w1.
    auto const centred = static_cast<double>(static_cast<std::int32_t>(w0 ^ 0x80000000U));
    double const u = (centred + 2147483648.5) * 0x1p-32;
    double sine = 0.0;
    double cosine = 0.0;
    math::sincospi(static_cast<double>(static_cast<std::int32_t>(w1)) * 0x1p-31, &sine, &cosine);
    double const radius = math::sqrt(-2.0 * math::log(u));
    *a = radius * cosine;
    *b = radius * sine;
}

/// The four standard normals of one counter: the pairs of words (0, 1) and (2, 3).
MOE_HD MOE_INLINE Normals normals(Words words)
{
    Normals out;
    normal_pair(words.w[0], words.w[1], &out.z[0], &out.z[1]);
    normal_pair(words.w[2], words.w[3], &out.z[2], &out.z[3]);
    return out;
}

MOE_END_ISA
