#pragma once

/// @file
/// The Cholesky factor of one thread: blocks of 64 rows take what stands above them in products of
/// the SIMD kernel, and within a block so do 8 rows at a time.

#include "kernels/core/math.h"
#include "kernels/model/simd.h"

MOE_BEGIN_ISA

/// Rows that are factorized at once, in registers.
constexpr int factor_rows = 8;

/// to [columns][rows] = minus the transpose of `rows` rows from `from` on.
inline void transpose_negated(double const* from, int stride, int rows, int columns, double* to)
{
    for (int c = 0; c < columns; ++c)
        for (int t = 0; t < rows; ++t)
            to[c * rows + t] = -from[static_cast<std::size_t>(t) * stride + c];
}

/// The factor of 8 x 8 numbers in place, and with it the columns behind them, up to `columns` from
/// the first on. False if a pivot is not above `least`.
inline bool factorize_rows(double* a, int stride, int columns, double least)
{
    using Vector = Simd<double>::Vector;
    constexpr int width = Simd<double>::width;
    double u[factor_rows][factor_rows];
    for (int i = 0; i < factor_rows; ++i)
        for (int c = i; c < factor_rows; ++c)
            u[i][c] = a[i * stride + c];
    double inverse[factor_rows];
    for (int i = 0; i < factor_rows; ++i) {
        if (!(u[i][i] > least))
            return false;
        u[i][i] = math::sqrt(u[i][i]);
        inverse[i] = 1 / u[i][i];
        for (int c = i + 1; c < factor_rows; ++c)
            u[i][c] *= inverse[i];
        for (int r = i + 1; r < factor_rows; ++r)
            for (int c = r; c < factor_rows; ++c)
                u[r][c] -= u[i][r] * u[i][c];
    }
    for (int i = 0; i < factor_rows; ++i)
        for (int c = i; c < factor_rows; ++c)
            a[i * stride + c] = u[i][c];
    for (int c = factor_rows; c < columns; c += width) {
        Vector row[factor_rows];
        for (int i = 0; i < factor_rows; ++i)
            row[i] = *reinterpret_cast<Vector const*>(a + i * stride + c);
        for (int i = 0; i < factor_rows; ++i) {
            row[i] *= inverse[i];
            for (int r = i + 1; r < factor_rows; ++r)
                row[r] -= u[i][r] * row[i];
        }
        for (int i = 0; i < factor_rows; ++i)
            *reinterpret_cast<Vector*>(a + i * stride + c) = row[i];
    }
    return true;
}

/// U of factor.h. `packed` [64][64].
inline bool factorize_serial(double* a, int stride, int size, double* packed, double least)
{
    constexpr int block = 64;
    auto const at = [&](int row, int column) {
        return a + static_cast<std::size_t>(row) * stride + column;
    };
    for (int begin = 0; begin < size; begin += block) {
        int const rows = size - begin < block ? size - begin : block;
        for (int above = 0; above < begin; above += block) {
            transpose_negated(at(above, begin), stride, block, rows, packed);
            multiply<double>({packed, block}, block, {at(above, begin), stride}, size - begin, rows,
                             Init::out, nullptr, {at(begin, begin), stride});
        }
        for (int row = begin; row < begin + rows; row += factor_rows) {
            int const above = row - begin;
            if (above > 0) {
                transpose_negated(at(begin, row), stride, above, factor_rows, packed);
                multiply<double>({packed, above}, above, {at(begin, row), stride}, size - row,
                                 factor_rows, Init::out, nullptr, {at(row, row), stride});
            }
            if (!factorize_rows(at(row, row), stride, size - row, least))
                return false;
        }
    }
    return true;
}

MOE_END_ISA
