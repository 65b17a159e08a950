#pragma once

/// @file
/// One tile of Khatri-Rao sums in cooperating lanes: 48 pairs times 32 monomials, of a table with a
/// row of samples a feature and a coefficient (gram_lanes.h).

#include "kernels/core/lanes.h"
#include "kernels/lse/gram_layout.h"
#include "kernels/model/limits.h"

#include <type_traits>

MOE_BEGIN_ISA

/// Pairs and monomials whose products a tile has.
constexpr int gram_factors = gram_tile_pairs + gram_tile_monomials;

/// Where a tile stands: from a pair and a monomial of a product on, so many of each.
struct GramTile
{
    int product;
    int row, column;
    int rows, columns;
};

/// Any lanes: all of them make one tile, whose sums stand where they belong.
template <class Real, class Lanes, class = void>
class GramTileSums
{
public:
    static constexpr int pitch = chunk; ///< numbers of a row of the table
    MOE_HD static int at_once(Lanes) { return 1; }
    MOE_HD static int own(Lanes) { return 0; }

    /// `factors`: rows of the table whose products the tile's factors are.
    MOE_HD GramTileSums(Lanes lanes, GramTile const& tile, FeaturePair const* factors, double* out,
                        int stride)
        : lanes_(lanes), tile_(tile), factors_(factors), out_(out), stride_(stride)
    {}

    /// Adds a chunk, the `first` one or another.
    MOE_HD void add(Real const* table, bool first)
    {
        for (int i = lanes_.rank(); i < tile_.rows * tile_.columns; i += lanes_.size()) {
            FeaturePair const pair = factors_[i / tile_.columns];
            FeaturePair const monomial = factors_[gram_tile_pairs + i % tile_.columns];
            double& sum =
                out_[static_cast<std::size_t>(i / tile_.columns) * stride_ + i % tile_.columns];
            Real own = 0;
            for (int t = 0; t < chunk; ++t)
                own += table[pair.a + t] * table[pair.b + t] *
                       (table[monomial.a + t] * table[monomial.b + t]);
            sum = (first ? 0 : sum) + static_cast<double>(own);
        }
    }

    MOE_HD void store() const {}

private:
    Lanes lanes_;
    GramTile tile_;
    FeaturePair const* factors_;
    double* out_;
    int stride_;
};

/// Lanes that multiply matrices, in float64: each warp makes a tile, in registers. Of 8 samples a
/// lane has the two from 2 (lane % 4) on, as columns lane % 4 and lane % 4 + 4 of the left matrix.
template <class Lanes>
class GramTileSums<double, Lanes, std::enable_if_t<Lanes::matrices>>
{
    static constexpr int high = gram_tile_pairs / 16; ///< matrices of a tile
    static constexpr int wide = gram_tile_monomials / 8;
    static_assert(gram_tile_pairs % 16 == 0 && gram_tile_monomials % 8 == 0);

public:
    /// Two rows that follow each other have other banks for a quarter of the warp's 16-byte loads.
    static constexpr int pitch = chunk + 8;
    MOE_HD static int at_once(Lanes lanes) { return lanes.size() / 32; }
    MOE_HD static int own(Lanes lanes) { return lanes.rank() / 32; }

    MOE_HD MOE_FLAT GramTileSums(Lanes lanes, GramTile const& tile, FeaturePair const* factors,
                                 double* out, int stride)
        : lanes_(lanes), rows_(tile.rows), columns_(tile.columns),
          factors_(factors + lanes.rank() % 32 / 4), out_(out), stride_(stride)
    {}

    MOE_HD MOE_FLAT void add(double const* table, bool)
    {
        double const* at = table + lanes_.rank() % 4 * 2;
        MOE_ROLLED
        for (int t = 0; t < chunk; t += 8, at += 8) {
            double left[high][4];
            for (int i = 0; i < 2 * high; ++i) {
                Two const two = factors_at(at, factors_[8 * i]);
                left[i / 2][i % 2] = two.first;
                left[i / 2][i % 2 + 2] = two.second;
            }
            for (int j = 0; j < wide; ++j) {
                Two const two = factors_at(at, factors_[gram_tile_pairs + 8 * j]);
                double const right[2] = {two.first, two.second};
                for (int i = 0; i < high; ++i)
                    lanes_.multiply_add(left[i], right, sum_[i][j]);
            }
        }
    }

    MOE_HD MOE_FLAT void store() const
    {
        int const first_row = lanes_.rank() % 32 / 4;
        int const first_column = lanes_.rank() % 4 * 2;
        for (int i = 0; i < high; ++i) {
            for (int j = 0; j < wide; ++j) {
                for (int e = 0; e < 4; ++e) {
                    int const row = 16 * i + first_row + e / 2 * 8;
                    int const column = 8 * j + first_column + e % 2;
                    if (row < rows_ && column < columns_)
                        out_[static_cast<std::size_t>(row) * stride_ + column] = sum_[i][j][e];
                }
            }
        }
    }

private:
    /// A row's numbers of two samples.
    struct alignas(2 * sizeof(double)) Two
    {
        double first, second;
    };

    MOE_HD MOE_INLINE static Two factors_at(double const* table, FeaturePair at)
    {
        auto const a = *reinterpret_cast<Two const*>(table + static_cast<unsigned>(at.a));
        auto const b = *reinterpret_cast<Two const*>(table + static_cast<unsigned>(at.b));
        return {a.first * b.first, a.second * b.second};
    }

    Lanes lanes_;
    int rows_, columns_;
    FeaturePair const* factors_; ///< of my rows and columns
    double* out_;
    int stride_;
    double sum_[high][wide][4] = {};
};

/// The same lanes in float32: each warp makes a tile by multiply and add. Lane l has the rows l /
/// 4, l / 4 + 8, ... and the columns l % 4, l % 4 + 4, ... of it. A block's sums stand in
/// registers, those of the blocks before in memory.
template <class Lanes>
class GramTileSums<float, Lanes, std::enable_if_t<Lanes::matrices>>
{
    static constexpr int high = gram_tile_pairs / 8; ///< rows and columns of a lane
    static constexpr int wide = gram_tile_monomials / 4;
    static constexpr int block = 8; ///< chunks that are added in float32
    static constexpr int four = 4;  ///< samples of a load

public:
    /// Rows that follow each other have other banks for an eighth of the warp's 16-byte loads.
    static constexpr int pitch = chunk + four;
    MOE_HD static int at_once(Lanes lanes) { return lanes.size() / 32; }
    MOE_HD static int own(Lanes lanes) { return lanes.rank() / 32; }

    MOE_HD MOE_FLAT GramTileSums(Lanes lanes, GramTile const& tile, FeaturePair const* factors,
                                 double* out, int stride)
        : row_(lanes.rank() % 32 / 4), column_(lanes.rank() % 4), rows_(tile.rows),
          columns_(tile.columns), factors_(factors), out_(out), stride_(stride)
    {}

    MOE_HD MOE_FLAT void add(float const* table, bool)
    {
        MOE_ROLLED
        for (int t = 0; t < chunk; t += four) {
            Four left[high];
            for (int i = 0; i < high; ++i)
                left[i] = factors_at(table + t, factors_[row_ + 8 * i]);
            for (int j = 0; j < wide; ++j) {
                Four const right =
                    factors_at(table + t, factors_[gram_tile_pairs + column_ + 4 * j]);
                for (int i = 0; i < high; ++i)
                    for (int e = 0; e < four; ++e)
                        sum_[i][j] += left[i].at[e] * right.at[e];
            }
        }
        if (++added_ == block)
            carry();
    }

    MOE_HD MOE_FLAT void store()
    {
        if (added_ > 0)
            carry();
    }

private:
    struct alignas(four * sizeof(float)) Four
    {
        float at[four];
    };

    MOE_HD MOE_INLINE static Four factors_at(float const* table, FeaturePair at)
    {
        auto const a = *reinterpret_cast<Four const*>(table + static_cast<unsigned>(at.a));
        auto const b = *reinterpret_cast<Four const*>(table + static_cast<unsigned>(at.b));
        Four product;
        for (int e = 0; e < four; ++e)
            product.at[e] = a.at[e] * b.at[e];
        return product;
    }

    /// Adds the block's sums to those in memory.
    MOE_HD MOE_FLAT void carry()
    {
        for (int i = 0; i < high; ++i) {
            for (int j = 0; j < wide; ++j) {
                int const row = row_ + 8 * i;
                int const column = column_ + 4 * j;
                if (row < rows_ && column < columns_) {
                    double& out = out_[static_cast<std::size_t>(row) * stride_ + column];
                    out = (opened_ ? out : 0) + static_cast<double>(sum_[i][j]);
                }
                sum_[i][j] = 0;
            }
        }
        opened_ = true;
        added_ = 0;
    }

    int row_, column_; ///< my first ones
    int rows_, columns_;
    FeaturePair const* factors_;
    double* out_;
    int stride_;
    float sum_[high][wide] = {};
    int added_ = 0;       ///< chunks of the block
    bool opened_ = false; ///< whether a block has been added
};

MOE_END_ISA
