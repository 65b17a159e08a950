#pragma once

/// @file
/// Cholesky factor of a dense matrix, A = U^T U, in place and by blocks, and solutions with it. One
/// thread works with the SIMD products of kernels/model/simd.h, several cooperate on square tiles
/// in their working memory. Only the upper triangle is read and written, but for the lower half of
/// the blocks on the diagonal, which is filled with numbers of no meaning.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/core/math.h"
#include "kernels/core/scratch.h"
#if !defined(__CUDACC__)
#include "kernels/lse/factor_serial.h"
#endif

MOE_BEGIN_ISA

/// Rows and columns of a block.
constexpr int factor_block = 64;

/// Least pivot of a matrix with ones on its diagonal: below, it is one of rounding.
constexpr double least_pivot = 1e-14;

/// Parts that several lanes cut a row's sum into: no sum depends on how many lanes there are.
constexpr int row_parts = 8;

/// A square matrix whose rows begin at multiples of `stride`.
struct SquareMatrix
{
    double* at;
    int stride;
    int size; ///< a multiple of 8

    MOE_HD double* row(int i) const { return at + static_cast<std::size_t>(i) * stride; }
};

/// Working memory of a factor: square tiles.
struct FactorTiles
{
    static constexpr int numbers = factor_block * factor_block;
    double* left;  ///< [64][64]
    double* right; ///< [64][64]; one thread needs none

    template <class Lanes>
    MOE_HD FactorTiles(Lanes /*lanes*/, Scratch& scratch)
        : left(scratch.take<double>(numbers)),
          right(Lanes::serial ? nullptr : scratch.take<double>(numbers))
    {}
};

/// to [rows][64] = the columns from `column` on of rows from `row` on.
template <class Lanes>
MOE_HD void load_tile(Lanes lanes, SquareMatrix a, int row, int rows, int column, int columns,
                      double* to)
{
    for (int e = lanes.rank(); e < rows * factor_block; e += lanes.size()) {
        int const c = e % factor_block;
        if (c < columns)
            to[e] = a.row(row + e / factor_block)[column + c];
    }
}

/// Rows `row` .. + rows of the columns from `column` on: what stands there minus left^T right, or,
/// if not `subtract`, left^T right. Both tiles have `inner` rows.
template <bool subtract, class Lanes>
MOE_HD void multiply_tile(Lanes lanes, FactorTiles const& tiles, int inner, SquareMatrix a, int row,
                          int rows, int column, int columns)
{
    constexpr int side = 4; // of the square that a lane keeps in registers
    int const across = columns / side;
    for (int e = lanes.rank(); e < rows / side * across; e += lanes.size()) {
        int const j = e / across * side;
        int const c = e % across * side;
        double sum[side][side] = {};
        for (int t = 0; t < inner; ++t) {
            double const* const left = tiles.left + t * factor_block + j;
            double const* const right = tiles.right + t * factor_block + c;
            for (int v = 0; v < side; ++v)
                for (int w = 0; w < side; ++w)
                    sum[v][w] += left[v] * right[w];
        }
        for (int v = 0; v < side; ++v) {
            double* const out = a.row(row + j + v) + column + c;
            for (int w = 0; w < side; ++w)
                out[w] = subtract ? out[w] - sum[v][w] : sum[v][w];
        }
    }
}

/// The factor of the tile `a` [rows][64] in place. The answer, whether there is one, is the same
/// for all lanes. Call sync before.
template <class Lanes>
MOE_HD bool factorize_tile(Lanes lanes, double* a, int rows)
{
    for (int t = 0; t < rows; ++t) {
        double* const row = a + t * factor_block;
        double const pivot = row[t];
        if (!(pivot > least_pivot))
            return false;
        double const root = math::sqrt(pivot);
        lanes.sync(); // all have read the pivot
        for (int c = t + lanes.rank(); c < rows; c += lanes.size())
            row[c] = c == t ? root : row[c] / root;
        lanes.sync();
        for (int e = lanes.rank(); e < (rows - t - 1) * factor_block; e += lanes.size()) {
            int const i = t + 1 + e / factor_block;
            int const c = e % factor_block;
            if (c >= i && c < rows)
                a[i * factor_block + c] -= row[i] * row[c];
        }
        lanes.sync();
    }
    return true;
}

/// out = the inverse of the factor in the tile u, with zeros below the diagonal. Call sync before
/// and after.
template <class Lanes>
MOE_HD void invert_tile(Lanes lanes, double const* u, int rows, double* out)
{
    for (int c = lanes.rank(); c < rows; c += lanes.size()) {
        for (int i = rows - 1; i >= 0; --i) {
            double sum = i == c ? 1 : 0;
            for (int t = i + 1; t <= c; ++t)
                sum -= u[i * factor_block + t] * out[t * factor_block + c];
            out[i * factor_block + c] = i > c ? 0 : sum / u[i * factor_block + i];
        }
    }
}

/// U in place of a matrix with ones on its diagonal. The answer, whether there is one, is the same
/// for all lanes. Needs the matrix complete, and leaves it so.
template <class Lanes>
MOE_HD bool factorize(Lanes lanes, SquareMatrix a, FactorTiles tiles)
{
    MOE_EXPECT(a.size % 8 == 0 && a.stride % 8 == 0 && aligned(a.at, 64));
#if !defined(__CUDACC__)
    if constexpr (Lanes::serial)
        return factorize_serial(a.at, a.stride, a.size, tiles.left, least_pivot);
#endif
    auto const block_at = [&](int begin) {
        return a.size - begin < factor_block ? a.size - begin : factor_block;
    };
    for (int begin = 0; begin < a.size; begin += factor_block) {
        int const rows = block_at(begin);
        for (int above = 0; above < begin; above += factor_block) {
            load_tile(lanes, a, above, factor_block, begin, rows, tiles.left);
            for (int c = begin; c < a.size; c += factor_block) {
                load_tile(lanes, a, above, factor_block, c, block_at(c), tiles.right);
                lanes.sync();
                multiply_tile<true>(lanes, tiles, factor_block, a, begin, rows, c, block_at(c));
                lanes.sync();
            }
        }
        load_tile(lanes, a, begin, rows, begin, rows, tiles.right);
        lanes.sync();
        if (!factorize_tile(lanes, tiles.right, rows))
            return false;
        invert_tile(lanes, tiles.right, rows, tiles.left);
        for (int e = lanes.rank(); e < rows * rows; e += lanes.size())
            a.row(begin + e / rows)[begin + e % rows] =
                tiles.right[e / rows * factor_block + e % rows];
        lanes.sync();
        for (int c = begin + rows; c < a.size; c += factor_block) {
            load_tile(lanes, a, begin, rows, c, block_at(c), tiles.right);
            lanes.sync();
            multiply_tile<false>(lanes, tiles, rows, a, begin, rows, c, block_at(c));
            lanes.sync();
        }
    }
    return true;
}

/// out[i] = sum over from <= c < to of row(i)[c] v[c], i < rows, in parts of a fixed number. `part`
/// holds 64 * 8 numbers. Complete on return; call sync before.
template <class Lanes, class Row>
MOE_HD void row_products(Lanes lanes, int rows, Row const& row, double const* v, int from, int to,
                         double* part, double* out)
{
    if constexpr (Lanes::serial) {
        for (int i = 0; i < rows; ++i) {
            double const* const m = row(i);
            double sum = 0;
            MOE_SIMD_SUM(sum)
            for (int c = from; c < to; ++c)
                sum += m[c] * v[c];
            out[i] = sum;
        }
    } else {
        for (int first = 0; first < rows; first += factor_block) {
            int const some = rows - first < factor_block ? rows - first : factor_block;
            for (int e = lanes.rank(); e < some * row_parts; e += lanes.size()) {
                double const* const m = row(first + e / row_parts);
                double sum = 0;
                for (int c = from + e % row_parts; c < to; c += row_parts)
                    sum += m[c] * v[c];
                part[e] = sum;
            }
            lanes.sync();
            for (int i = lanes.rank(); i < some; i += lanes.size()) {
                double sum = 0;
                for (int q = 0; q < row_parts; ++q)
                    sum += part[i * row_parts + q];
                out[first + i] = sum;
            }
            lanes.sync();
        }
    }
}

/// y = U^-T b, which changes b. Call sync before; complete on return.
template <class Lanes>
MOE_HD void solve_transposed(Lanes lanes, SquareMatrix u, double* b, double* y)
{
    for (int j = 0; j < u.size; ++j) {
        double const* const row = u.row(j);
        double const value = b[j] / row[j];
        if (lanes.rank() == 0)
            y[j] = value;
        MOE_SIMD
        for (int c = j + 1 + lanes.rank(); c < u.size; c += lanes.size())
            b[c] -= row[c] * value;
        lanes.sync();
    }
}

/// x = U^-1 y, which may be x itself. Call sync before; complete on return.
template <class Lanes>
MOE_HD void solve(Lanes lanes, SquareMatrix u, double const* y, double* sum, double* part,
                  double* x)
{
    for (int begin = (u.size - 1) / factor_block * factor_block; begin >= 0; begin -= factor_block)
    {
        int const end = begin + factor_block < u.size ? begin + factor_block : u.size;
        row_products(
            lanes, end - begin, [&](int i) { return u.row(begin + i); }, x, end, u.size, part, sum);
        for (int j = end - 1; j >= begin; --j) {
            double const value = (y[j] - sum[j - begin]) / u.row(j)[j];
            lanes.sync(); // all have read y
            if (lanes.rank() == 0)
                x[j] = value;
            for (int i = begin + lanes.rank(); i < j; i += lanes.size())
                sum[i - begin] += u.row(i)[j] * value;
            lanes.sync();
        }
    }
}

MOE_END_ISA
