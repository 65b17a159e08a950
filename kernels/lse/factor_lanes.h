#pragma once

/// @file
/// The Cholesky factor of cooperating lanes, by blocks in their working memory: each takes what
/// stands above it in products of tiles, then is factorized, and the blocks beside it are
/// multiplied by its inverse.

#include "kernels/core/math.h"
#include "kernels/lse/factor_tiles.h"

#include <type_traits>

MOE_BEGIN_ISA

/// to [rows][pitch] = the columns from `column` on of rows from `row` on; zero behind `columns`.
template <class Lanes>
MOE_HD void load_tile(Lanes lanes, SquareMatrix a, int row, int rows, int column, int columns,
                      double* to)
{
    constexpr int block = factor_block<Lanes>;
    for (int e = lanes.rank(); e < rows * block; e += lanes.size()) {
        int const c = e % block;
        double* const at = to + e / block * factor_pitch<Lanes> + c;
        if (c < columns)
            lanes.copy_async(at, a.row(row + e / block) + column + c);
        else
            *at = 0;
    }
}

/// Where a product of tiles goes: rows `row` .. + rows of the columns from `column` on.
struct TileTarget
{
    SquareMatrix a;
    int row, rows;
    int column, columns;

    MOE_HD double* at(int i, int j) const { return a.row(row + i) + column + j; }
};

/// The sum of left^T right over all tiles that are added. Any lanes: it stands in its target.
template <class Lanes, class = void>
class TileProduct
{
public:
    MOE_HD TileProduct(Lanes lanes, TileTarget const& to) : lanes_(lanes), to_(to)
    {
        each([](int, int, double& sum) { sum = 0; });
    }

    /// Adds tiles of `inner` rows.
    MOE_HD void add(FactorTiles const& tiles, int inner)
    {
        constexpr int pitch = factor_pitch<Lanes>;
        each([&](int i, int j, double& sum) {
            for (int t = 0; t < inner; ++t)
                sum += tiles.left[t * pitch + i] * tiles.right[t * pitch + j];
        });
    }

    /// Writes value(row, column, sum).
    template <class Value>
    MOE_HD void store(Value const& value) const
    {
        each([&](int i, int j, double& sum) { sum = value(to_.row + i, to_.column + j, sum); });
    }

private:
    template <class F>
    MOE_HD void each(F const& f) const
    {
        for (int e = lanes_.rank(); e < to_.rows * to_.columns; e += lanes_.size())
            f(e / to_.columns, e % to_.columns, *to_.at(e / to_.columns, e % to_.columns));
    }

    Lanes lanes_;
    TileTarget to_;
};

/// Lanes that multiply matrices: each warp has some of 16 x 8 sums, in registers.
template <class Lanes>
class TileProduct<Lanes, std::enable_if_t<Lanes::matrices>>
{
    static constexpr int block = factor_block<Lanes>;
    static constexpr int pitch = factor_pitch<Lanes>;
    static constexpr int high = 16;
    static constexpr int wide = 8;
    static constexpr int all = block / high * (block / wide);
    static constexpr int warps = Lanes::size() / 32;
    static constexpr int own = (all + warps - 1) / warps;

public:
    MOE_HD MOE_FLAT TileProduct(Lanes lanes, TileTarget const& to) : lanes_(lanes), to_(to) {}

    MOE_HD MOE_FLAT void add(FactorTiles const& tiles, int inner)
    {
        int const g = lanes_.rank() % 32 / 4;
        int const t = lanes_.rank() % 4;
        for (int q = 0; q < own; ++q) {
            if (matrix(q) >= all)
                continue;
            double const* at = tiles.left + t * pitch + first_row(q) + g;
            double const* by = tiles.right + t * pitch + first_column(q) + g;
            for (int k = 0; k < inner; k += 8, at += 8 * pitch, by += 8 * pitch) {
                double const left[4] = {at[0], at[8], at[4 * pitch], at[4 * pitch + 8]};
                double const right[2] = {by[0], by[4 * pitch]};
                lanes_.multiply_add(left, right, sum_[q]);
            }
        }
    }

    template <class Value>
    MOE_HD MOE_FLAT void store(Value const& value) const
    {
        double out[own][4]; // all at once, so that what `value` reads is on its way together
        each([&](int q, int e, int i, int j) {
            out[q][e] = value(to_.row + i, to_.column + j, sum_[q][e]);
        });
        each([&](int q, int e, int i, int j) { *to_.at(i, j) = out[q][e]; });
    }

private:
    MOE_HD int matrix(int q) const { return lanes_.rank() / 32 + q * warps; }
    MOE_HD int first_row(int q) const { return matrix(q) / (block / wide) * high; }
    MOE_HD int first_column(int q) const { return matrix(q) % (block / wide) * wide; }

    /// Calls f(q, e, i, j) for those of my sums that the target has, at (i, j) of it.
    template <class F>
    MOE_HD MOE_FLAT void each(F const& f) const
    {
        int const g = lanes_.rank() % 32 / 4;
        int const t = lanes_.rank() % 4;
        for (int q = 0; q < own; ++q) {
            for (int e = 0; e < 4; ++e) {
                int const i = first_row(q) + g + e / 2 * 8;
                int const j = first_column(q) + 2 * t + e % 2;
                if (matrix(q) < all && i < to_.rows && j < to_.columns)
                    f(q, e, i, j);
            }
        }
    }

    Lanes lanes_;
    TileTarget to_;
    double sum_[own][4] = {};
};

/// The factor of the tile `a` in place, needs it complete. The answer, whether there is one, is the
/// same for all lanes. Rows are divided by the roots of their pivots at the end, so that a row
/// takes one sync; 1 / root stands behind each.
template <class Lanes>
MOE_HD bool factorize_tile(Lanes lanes, double* a, int rows)
{
    constexpr int block = factor_block<Lanes>;
    constexpr int pitch = factor_pitch<Lanes>;
    static_assert(pitch > block);
    for (int t = 0; t < rows; ++t) {
        double* const row = a + t * pitch;
        double const pivot = row[t];
        if (!(pivot > least_pivot))
            return false;
        if (lanes.rank() == 0)
            row[block] = 1 / math::sqrt(pivot);
        double const inverse = 1 / pivot;
        for (int e = lanes.rank(); e < (rows - t - 1) * block; e += lanes.size()) {
            int const i = t + 1 + e / block;
            int const c = e % block;
            if (c >= i && c < rows)
                a[i * pitch + c] -= row[i] * inverse * row[c];
        }
        lanes.sync();
    }
    for (int e = lanes.rank(); e < rows * block; e += lanes.size()) {
        int const i = e / block;
        int const c = e % block;
        if (c >= i && c < rows)
            a[i * pitch + c] *= a[i * pitch + block];
    }
    lanes.sync();
    return true;
}

/// out = the inverse of the factor in the tile u, with zeros below the diagonal. Call sync before
/// and after.
template <class Lanes>
MOE_HD void invert_tile(Lanes lanes, double const* u, int rows, double* out)
{
    constexpr int pitch = factor_pitch<Lanes>;
    for (int c = lanes.rank(); c < rows; c += lanes.size()) {
        for (int i = rows - 1; i >= 0; --i) {
            double sum = i == c ? 1 : 0;
            for (int t = i + 1; t <= c; ++t)
                sum -= u[i * pitch + t] * out[t * pitch + c];
            out[i * pitch + c] = i > c ? 0 : sum * u[i * pitch + factor_block<Lanes>];
        }
    }
}

/// The factor of the matrix with entry(row, column), ones on its diagonal, into `a`. The answer,
/// whether there is one, is the same for all lanes; complete on return.
template <class Lanes, class Entry>
MOE_HD bool factorize_tiles(Lanes lanes, SquareMatrix a, FactorTiles const& tiles,
                            Entry const& entry)
{
    constexpr int block = factor_block<Lanes>;
    auto const arrived = [&] {
        lanes.wait_copies();
        lanes.sync();
    };
    auto const block_at = [&](int begin) {
        return a.size - begin < block ? a.size - begin : block;
    };
    for (int begin = 0; begin < a.size; begin += block) {
        int const rows = block_at(begin);
        for (int c = begin; c < a.size; c += block) {
            TileProduct<Lanes> product(lanes, {a, begin, rows, c, block_at(c)});
            for (int above = 0; above < begin; above += block) {
                load_tile(lanes, a, above, block, begin, rows, tiles.left);
                load_tile(lanes, a, above, block, c, block_at(c), tiles.right);
                arrived();
                product.add(tiles, block);
                lanes.sync();
            }
            product.store([&](int i, int j, double sum) { return entry(i, j) - sum; });
        }
        lanes.sync();
        load_tile(lanes, a, begin, rows, begin, rows, tiles.right);
        arrived();
        if (!factorize_tile(lanes, tiles.right, rows))
            return false;
        invert_tile(lanes, tiles.right, rows, tiles.left);
        for (int e = lanes.rank(); e < rows * rows; e += lanes.size())
            a.row(begin + e / rows)[begin + e % rows] =
                tiles.right[e / rows * factor_pitch<Lanes> + e % rows];
        lanes.sync();
        for (int c = begin + rows; c < a.size; c += block) {
            load_tile(lanes, a, begin, rows, c, block_at(c), tiles.right);
            arrived();
            TileProduct<Lanes> product(lanes, {a, begin, rows, c, block_at(c)});
            product.add(tiles, rows);
            product.store([](int, int, double sum) { return sum; });
            lanes.sync();
        }
    }
    return true;
}

MOE_END_ISA
