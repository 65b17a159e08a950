#pragma once

/// @file
/// SIMD building blocks of the serial tile: GCC vector types of the compiled level's width.

#include "kernels/core/hd.h"

#include <immintrin.h>
#include <type_traits>
#include <utility>

MOE_BEGIN_ISA

#if defined(__AVX512F__)
constexpr int simd_bytes = 64;
constexpr int simd_registers = 32;
#else
constexpr int simd_bytes = 32;
constexpr int simd_registers = 16;
#endif

/// Vectors of Real; a quad is the 128-bit lane that cheap shuffles stay inside of.
template <class Real>
struct Simd
{
    static constexpr int width = simd_bytes / static_cast<int>(sizeof(Real));
    static constexpr int quad = 16 / static_cast<int>(sizeof(Real));
    static constexpr int lanes = width / quad;
    typedef Real Vector __attribute__((vector_size(simd_bytes), may_alias));
    typedef Real Unaligned
        __attribute__((vector_size(simd_bytes), may_alias, aligned(sizeof(Real))));
};

/// A matrix operand: first entry and distance between rows.
template <class Real>
struct Matrix
{
    Real* at;
    int stride;
};

/// What a product is added to.
enum class Init
{
    zero,
    rows, ///< constants c[j]
    out,  ///< what stands in out
};

/// f(i) for i = 0 .. count - 1 as constants: what they index can be registers from the first pass
/// of the compiler on, where a loop, unrolled late, leaves it in memory as well.
template <class F, int... i>
MOE_INLINE void for_each_of(std::integer_sequence<int, i...>, F const& f)
{
    (f(std::integral_constant<int, i>{}), ...);
}
template <int count, class F>
MOE_INLINE void for_constants(F const& f)
{
    for_each_of(std::make_integer_sequence<int, count>{}, f);
}

/// a b + c rounded once, whatever the compiler's options: the tests compile this text at others.
inline Simd<float>::Vector multiply_add(Simd<float>::Vector a, Simd<float>::Vector b,
                                        Simd<float>::Vector c)
{
#if defined(__AVX512F__)
    return _mm512_fmadd_ps(a, b, c);
#else
    return _mm256_fmadd_ps(a, b, c);
#endif
}
inline Simd<double>::Vector multiply_add(Simd<double>::Vector a, Simd<double>::Vector b,
                                         Simd<double>::Vector c)
{
#if defined(__AVX512F__)
    return _mm512_fmadd_pd(a, b, c);
#else
    return _mm256_fmadd_pd(a, b, c);
#endif
}

/// Rows of a block of two vectors a row: each broadcast of a serves two products. Registers: J * 2
/// sums + 2 + 1. Checked code is not fast: under ASan few blocks, of the same text and width.
#if defined(__SANITIZE_ADDRESS__)
constexpr int most_block_rows = 3;
#else
constexpr int most_block_rows = simd_registers == 32 ? 12 : 6;
#endif

/// Rows [J] x vectors [V] of out = init + a b, everything in registers.
template <class Real, int J, int V>
inline void multiply_block(Matrix<Real const> a, int inner, Matrix<Real const> b, Init init,
                           Real const* c, Matrix<Real> out)
{
    using Vector = typename Simd<Real>::Vector;
    constexpr int width = Simd<Real>::width;
    Vector sum[J * V];
    auto const at = [&](int i) MOE_INLINED {
        return reinterpret_cast<Vector*>(out.at + i / V * out.stride + i % V * width);
    };
    if (init == Init::zero)
        for_constants<J * V>([&](auto i) MOE_INLINED { sum[i] = Vector{}; });
    else if (init == Init::rows)
        for_constants<J * V>([&](auto i) MOE_INLINED { sum[i] = c[i / V] - Vector{}; });
    else
        for_constants<J * V>([&](auto i) MOE_INLINED { sum[i] = *at(i); });
    for (int t = 0; t < inner; ++t) {
        Vector right[V];
        for_constants<V>([&](auto v) MOE_INLINED {
            right[v] = *reinterpret_cast<Vector const*>(b.at + t * b.stride + v * width);
        });
        for_constants<J * V>([&](auto i) MOE_INLINED {
            sum[i] = multiply_add(a.at[i / V * a.stride + t] - Vector{}, right[i % V], sum[i]);
        });
    }
    for_constants<J * V>([&](auto i) MOE_INLINED { *at(i) = sum[i]; });
}

/// Calls the block kernel of `rows` <= J rows.
template <class Real, int J, int V>
inline void multiply_rows(Matrix<Real const> a, int inner, Matrix<Real const> b, int rows,
                          Init init, Real const* c, Matrix<Real> out)
{
    if constexpr (J > 1) {
        if (rows < J)
            return multiply_rows<Real, J - 1, V>(a, inner, b, rows, init, c, out);
    }
    multiply_block<Real, J, V>(a, inner, b, init, c, out);
}

/// out[j][v] = init + sum_{t < inner} a[j][t] b[t][v], j < rows, v < columns.
/// `columns` is a multiple of the vector width, b and out are aligned to it. Calls beside() before
/// each block.
template <class Real, class Beside>
inline void multiply(Matrix<Real const> a, int inner, Matrix<Real const> b, int columns, int rows,
                     Init init, Real const* c, Matrix<Real> out, Beside const& beside)
{
    constexpr int width = Simd<Real>::width;
    constexpr int most = most_block_rows;
    int const blocks = (rows + most - 1) / most;
    for (int block = 0, j = 0; block < blocks; ++block) {
        int const count = (rows - j) / (blocks - block);
        Matrix<Real const> const left{a.at + j * a.stride, a.stride};
        Real const* const constants = init == Init::rows ? c + j : nullptr;
        int v = 0;
        for (; v + 2 * width <= columns; v += 2 * width) {
            beside();
            multiply_rows<Real, most, 2>(left, inner, {b.at + v, b.stride}, count, init, constants,
                                         {out.at + j * out.stride + v, out.stride});
        }
        if (v < columns)
            multiply_rows<Real, most, 1>(left, inner, {b.at + v, b.stride}, count, init, constants,
                                         {out.at + j * out.stride + v, out.stride});
        j += count;
    }
}

template <class Real>
inline void multiply(Matrix<Real const> a, int inner, Matrix<Real const> b, int columns, int rows,
                     Init init, Real const* c, Matrix<Real> out)
{
    multiply<Real>(a, inner, b, columns, rows, init, c, out, []() MOE_INLINED {});
}

/// Four numbers.
template <class Real>
struct Four
{
    typedef Real Vector __attribute__((vector_size(4 * sizeof(Real))));
};

/// A vector's entries in four sums: halves onto each other.
template <class Real>
inline typename Four<Real>::Vector sum_to_four(typename Simd<Real>::Vector v)
{
    if constexpr (Simd<Real>::width == 16) {
        auto const half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                          __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
        return __builtin_shufflevector(half, half, 0, 1, 2, 3) +
               __builtin_shufflevector(half, half, 4, 5, 6, 7);
    } else if constexpr (Simd<Real>::width == 8) {
        return __builtin_shufflevector(v, v, 0, 1, 2, 3) +
               __builtin_shufflevector(v, v, 4, 5, 6, 7);
    } else {
        return v;
    }
}

/// out[j] = (first ? 0 : out[j]) + sum of row j of a [rows][columns] matrix. Four rows share the
/// last additions, (s0 + s2) + (s1 + s3) of a row's four sums.
template <class Real, int columns>
inline void row_sums(Real const* matrix, int rows, bool first, Real* out)
{
    using Vector = typename Simd<Real>::Vector;
    using Sums = typename Four<Real>::Vector;
    constexpr int width = Simd<Real>::width;
    auto const row = [&](int j) {
        Vector sum = *reinterpret_cast<Vector const*>(matrix + j * columns);
        for (int b = width; b < columns; b += width)
            sum += *reinterpret_cast<Vector const*>(matrix + j * columns + b);
        return sum_to_four<Real>(sum);
    };
    auto const pairs = [](Sums a, Sums b) {
        return __builtin_shufflevector(a, b, 0, 1, 4, 5) +
               __builtin_shufflevector(a, b, 2, 3, 6, 7);
    };
    int j = 0;
    for (; j + 4 <= rows; j += 4) {
        Sums const ab = pairs(row(j), row(j + 1));
        Sums const cd = pairs(row(j + 2), row(j + 3));
        Sums const total = __builtin_shufflevector(ab, cd, 0, 2, 4, 6) +
                           __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
        for (int i = 0; i < 4; ++i)
            out[j + i] = first ? total[i] : out[j + i] + total[i];
    }
    for (; j < rows; ++j) {
        Sums const sums = row(j);
        Real const total = (sums[0] + sums[2]) + (sums[1] + sums[3]);
        out[j] = first ? total : out[j] + total;
    }
}

MOE_END_ISA
