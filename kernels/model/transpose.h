#pragma once

/// @file
/// Rows into columns on SIMD vectors, a quad of columns at a time.

#include "kernels/model/simd.h"

#include <cstddef>

MOE_BEGIN_ISA

/// Loads quads at[0] + offset, at[1] + offset, ... side by side into one vector. Inserts from
/// memory run beside the shuffles; what g++ makes of vector types here competes with them for one
/// port.
inline Simd<float>::Vector load_quads(float const* const (&at)[Simd<float>::lanes],
                                      std::ptrdiff_t offset)
{
#if defined(__AVX512F__)
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(at[0] + offset));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(at[1] + offset), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(at[2] + offset), 2);
    return _mm512_insertf32x4(v, _mm_loadu_ps(at[3] + offset), 3);
#else
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(at[0] + offset)),
                                _mm_loadu_ps(at[1] + offset), 1);
#endif
}

inline Simd<double>::Vector load_quads(double const* const (&at)[Simd<double>::lanes],
                                       std::ptrdiff_t offset)
{
#if defined(__AVX512F__)
    __m512d v = _mm512_castpd128_pd512(_mm_loadu_pd(at[0] + offset));
    v = _mm512_insertf64x2(v, _mm_loadu_pd(at[1] + offset), 1);
    v = _mm512_insertf64x2(v, _mm_loadu_pd(at[2] + offset), 2);
    return _mm512_insertf64x2(v, _mm_loadu_pd(at[3] + offset), 3);
#else
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(at[0] + offset)),
                                _mm_loadu_pd(at[1] + offset), 1);
#endif
}

/// Shuffle of two vectors inside each 128-bit lane: result entry q of a lane is entry index[q] of
/// the lane's entries of (a, b), a first.
template <class Real, int... index>
inline typename Simd<Real>::Vector shuffle_lanes(typename Simd<Real>::Vector a,
                                                 typename Simd<Real>::Vector b)
{
    constexpr int quad = Simd<Real>::quad;
    constexpr int width = Simd<Real>::width;
    constexpr auto at = [](int lane, int i) {
        return i < quad ? lane * quad + i : width + lane * quad + i - quad;
    };
    if constexpr (Simd<Real>::lanes == 4)
        return __builtin_shufflevector(a, b, at(0, index)..., at(1, index)..., at(2, index)...,
                                       at(3, index)...);
    else
        return __builtin_shufflevector(a, b, at(0, index)..., at(1, index)...);
}

/// Transposes `width` rows of one quad of columns: out[q * out_stride + r] = in[r * in_stride + q].
/// Rows are loaded by quads into the lanes of whole vectors, so that only cheap shuffles inside
/// lanes remain.
template <class Real>
inline void transpose_quad(Real const* in, int in_stride, Real* out, int out_stride)
{
    using Vector = typename Simd<Real>::Vector;
    constexpr int quad = Simd<Real>::quad;
    // A pointer a lane, made anew: g++ would else keep one a row through the caller's loops, which
    // is more than there are registers.
    Real const* at[Simd<Real>::lanes];
    for (int lane = 0; lane < Simd<Real>::lanes; ++lane) {
        at[lane] = in + static_cast<std::ptrdiff_t>(lane) * quad * in_stride;
        asm("" : "+r"(at[lane]));
    }
    Vector row[quad];
    for (int q = 0; q < quad; ++q)
        row[q] = load_quads(at, static_cast<std::ptrdiff_t>(q) * in_stride);
    auto const store = [&](int q, Vector v) {
        *reinterpret_cast<Vector*>(out + q * out_stride) = v;
    };
    if constexpr (quad == 4) {
        Vector const a = shuffle_lanes<Real, 0, 4, 1, 5>(row[0], row[1]);
        Vector const b = shuffle_lanes<Real, 0, 4, 1, 5>(row[2], row[3]);
        Vector const c = shuffle_lanes<Real, 2, 6, 3, 7>(row[0], row[1]);
        Vector const d = shuffle_lanes<Real, 2, 6, 3, 7>(row[2], row[3]);
        store(0, shuffle_lanes<Real, 0, 1, 4, 5>(a, b));
        store(1, shuffle_lanes<Real, 2, 3, 6, 7>(a, b));
        store(2, shuffle_lanes<Real, 0, 1, 4, 5>(c, d));
        store(3, shuffle_lanes<Real, 2, 3, 6, 7>(c, d));
    } else {
        store(0, shuffle_lanes<Real, 0, 2>(row[0], row[1]));
        store(1, shuffle_lanes<Real, 1, 3>(row[0], row[1]));
    }
}

MOE_END_ISA
