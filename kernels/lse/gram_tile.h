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
            double own = first ? 0 : sum;
            for (int t = 0; t < chunk; ++t)
                own += static_cast<double>(table[pair.a + t] * table[pair.b + t]) *
                       static_cast<double>(table[monomial.a + t] * table[monomial.b + t]);
            sum = own;
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

/// Lanes that multiply matrices: each warp makes a tile, in registers. Of 8 samples a lane has the
/// two from 2 (lane % 4) on, as columns lane % 4 and lane % 4 + 4 of the left matrix.
template <class Real, class Lanes>
class GramTileSums<Real, Lanes, std::enable_if_t<Lanes::matrices>>
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

    MOE_HD MOE_FLAT void add(Real const* table, bool)
    {
        Real const* at = table + lanes_.rank() % 4 * 2;
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
    struct alignas(2 * sizeof(Real)) Numbers
    {
        Real first, second;
    };
    struct Two
    {
        double first, second;
    };

    MOE_HD MOE_INLINE static Two factors_at(Real const* table, FeaturePair at)
    {
        auto const a = *reinterpret_cast<Numbers const*>(table + static_cast<unsigned>(at.a));
        auto const b = *reinterpret_cast<Numbers const*>(table + static_cast<unsigned>(at.b));
        return {static_cast<double>(a.first * b.first), static_cast<double>(a.second * b.second)};
    }

    Lanes lanes_;
    int rows_, columns_;
    FeaturePair const* factors_; ///< of my rows and columns
    double* out_;
    int stride_;
    double sum_[high][wide][4] = {};
};

MOE_END_ISA
