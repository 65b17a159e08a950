#pragma once

/// @file
/// Products of a matrix's rows and a vector, and solutions with a Cholesky factor (factor.h).

#include "kernels/lse/factor_lanes.h"

MOE_BEGIN_ISA

/// Parts that several lanes cut a row's sum into: no sum depends on how many lanes there are.
constexpr int row_parts = 32;

/// out[i] = sum over from <= c < to of row(i)[c] v[c], i < rows, in parts of a fixed number. `part`
/// is a tile. Complete on return; call sync before.
template <class Lanes, class Row>
MOE_HD void row_products(Lanes lanes, int rows, Row const& row, double const* v, int from, int to,
                         double* part, double* out)
{
    constexpr int block = factor_block<Lanes>;
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
        constexpr int at_once = 4; // rows, whose numbers are on their way together
        constexpr int pitch = row_parts + 1;
        static_assert(block * pitch <= block * factor_pitch<Lanes>);
        for (int first = 0; first < rows; first += block) {
            int const some = rows - first < block ? rows - first : block;
            for (int e = lanes.rank(); e < block / at_once * row_parts; e += lanes.size()) {
                int const i = e / row_parts * at_once;
                int const q = e % row_parts;
                double const* m[at_once]; // behind the end the last one
                double sum[at_once] = {};
                for (int r = 0; r < at_once; ++r)
                    m[r] = row(first + (i + r < some ? i + r : some - 1));
                for (int c = from + q; i < some && c < to; c += row_parts)
                    for (int r = 0; r < at_once; ++r)
                        sum[r] += m[r][c] * v[c];
                for (int r = 0; r < at_once; ++r)
                    part[(i + r) * pitch + q] = sum[r];
            }
            lanes.sync();
            for (int i = lanes.rank(); i < some; i += lanes.size()) {
                double sum = 0;
                for (int q = 0; q < row_parts; ++q)
                    sum += part[i * pitch + q];
                out[first + i] = sum;
            }
            lanes.sync();
        }
    }
}

/// y = U^-T b, which changes b, block by block in cooperating lanes.
template <class Lanes>
MOE_HD void solve_transposed_blocks(Lanes lanes, SquareMatrix u, FactorTiles const& tiles,
                                    double* b, double* y)
{
    constexpr int block = factor_block<Lanes>;
    constexpr int pitch = factor_pitch<Lanes>;
    double* const tile = tiles.left;
    for (int begin = 0; begin < u.size; begin += block) {
        int const rows = u.size - begin < block ? u.size - begin : block;
        load_tile(lanes, u, begin, rows, begin, rows, tile);
        lanes.wait_copies();
        lanes.sync();
        for (int t = 0; t < rows; ++t) {
            double const value = b[begin + t] / tile[t * pitch + t];
            if (lanes.rank() == 0)
                y[begin + t] = value;
            for (int c = t + 1 + lanes.rank(); c < rows; c += lanes.size())
                b[begin + c] -= tile[t * pitch + c] * value;
            lanes.sync();
        }
        for (int c = begin + rows + lanes.rank(); c < u.size; c += lanes.size()) {
            double rest = b[c];
            for (int t = 0; t < rows; ++t)
                rest -= u.row(begin + t)[c] * y[begin + t];
            b[c] = rest;
        }
        lanes.sync();
    }
}

/// The same. Call sync before; complete on return.
template <class Lanes>
MOE_HD void solve_transposed(Lanes lanes, SquareMatrix u, FactorTiles const& tiles, double* b,
                             double* y)
{
    if constexpr (Lanes::serial) {
        for (int j = 0; j < u.size; ++j) {
            double const* const row = u.row(j);
            double const value = y[j] = b[j] / row[j];
            MOE_SIMD
            for (int c = j + 1; c < u.size; ++c)
                b[c] -= row[c] * value;
        }
    } else {
        solve_transposed_blocks(lanes, u, tiles, b, y);
    }
}

/// x of `rows` rows from `begin` on, given what those behind them take from each, which changes.
inline void solve_block(SquareMatrix u, int begin, int rows, double const* y, double* sum,
                        double* x)
{
    for (int j = begin + rows - 1; j >= begin; --j) {
        double const value = (y[j] - sum[j - begin]) / u.row(j)[j];
        x[j] = value;
        for (int i = begin; i < j; ++i)
            sum[i - begin] += u.row(i)[j] * value;
    }
}

/// The same in cooperating lanes, with the block in a tile.
template <class Lanes>
MOE_HD void solve_block(Lanes lanes, double* tile, int begin, int rows, double const* y,
                        double* sum, double* x)
{
    constexpr int block = factor_block<Lanes>;
    constexpr int pitch = factor_pitch<Lanes>;
    for (int t = rows - 1; t >= 0; --t) {
        double const value = (y[begin + t] - sum[t]) / tile[t * pitch + t];
        if (lanes.rank() == 0)
            tile[t * pitch + block] = value; // behind the row: others may still read y
        for (int i = lanes.rank(); i < t; i += lanes.size())
            sum[i] += tile[i * pitch + t] * value;
        lanes.sync();
    }
    for (int i = lanes.rank(); i < rows; i += lanes.size())
        x[begin + i] = tile[i * pitch + block];
    lanes.sync();
}

/// x = U^-1 y, which may be x itself. Call sync before; complete on return.
template <class Lanes>
MOE_HD void solve(Lanes lanes, SquareMatrix u, FactorTiles const& tiles, double const* y,
                  double* sum, double* x)
{
    constexpr int block = factor_block<Lanes>;
    for (int begin = (u.size - 1) / block * block; begin >= 0; begin -= block) {
        int const rows = u.size - begin < block ? u.size - begin : block;
        if constexpr (!Lanes::serial) {
            load_tile(lanes, u, begin, rows, begin, rows, tiles.right);
            lanes.wait_copies();
        }
        row_products(
            lanes, rows, [&](int i) { return u.row(begin + i); }, x, begin + rows, u.size,
            tiles.left, sum);
        if constexpr (Lanes::serial)
            solve_block(u, begin, rows, y, sum, x);
        else
            solve_block(lanes, tiles.right, begin, rows, y, sum, x);
    }
}

MOE_END_ISA
