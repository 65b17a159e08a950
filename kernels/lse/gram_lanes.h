#pragma once

/// @file
/// Khatri-Rao sums in cooperating lanes: a tile of pairs times monomials after the other, each over
/// all samples, chunk by chunk. What a chunk's samples have stands in one table, a row a sample:
/// features, coefficients and 1; pairs and monomials alike are products of two of its columns. A
/// lane has some of the tile's sums in registers.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/model/features.h"
#include "kernels/model/limits.h"

#include <type_traits>

MOE_BEGIN_ISA

template <class Real, class Lanes>
class LaneGram
{
    static constexpr int side = 6; ///< of the square of sums that a lane has at a time
    static constexpr int squares = gram_tile / side;
    static constexpr int factors = 2 * gram_tile + 1; ///< odd: columns without bank conflicts
    static_assert(gram_tile % side == 0);

public:
    MOE_HD MOE_FLAT LaneGram(Lanes lanes, Scratch& scratch, GramTask<Real> const& task)
        : lanes_(lanes), task_(task), layout_(gram_groups(task.model)),
          coefficients_(coefficient_rows(task.model)), width_((one() + 1) | 1), // odd likewise
          table_(scratch.take<Real>(static_cast<std::size_t>(width_) * chunk)),
          factor_(scratch.take<Real>(chunk * factors)),
          before_(scratch.take<int>(gram_features(layout_) + 1)),
          columns_(scratch.take<FeaturePair>(2 * gram_tile))
    {}

    MOE_HD MOE_FLAT void run()
    {
        layout_ = gram_layout(lanes_, task_.model, before_);
        for (int i = lanes_.rank(); i < width_ * chunk; i += lanes_.size())
            table_[i] = Real(i % width_ == one() ? 1 : 0); // rows behind a short chunk are finite
        int all = 0;
        for (int i = 0; i < layout_.products; ++i)
            all += tiles_in(layout_.product[i]);
        int const begin =
            static_cast<int>(static_cast<std::int64_t>(all) * task_.part / task_.parts);
        int const end =
            static_cast<int>(static_cast<std::int64_t>(all) * (task_.part + 1) / task_.parts);
        int next = 0;
        for (int i = 0; i < layout_.products; ++i) {
            GramProduct const& product = layout_.product[i];
            int const across = tiles_of(product.monomials);
            int const last = end - next < tiles_in(product) ? end - next : tiles_in(product);
            int tile = begin > next ? begin - next : 0;
            if (tile < last)
                count_monomials(lanes_, layout_.monomials(product), before_);
            for (; tile < last; ++tile)
                add_tile(product, tile / across * gram_tile, tile % across * gram_tile);
            next += tiles_in(product);
        }
    }

private:
    /// Columns of the table: features and two of working memory, coefficients, 1.
    MOE_HD int first_coefficient() const { return layout_.features.total + 2; }
    MOE_HD int one() const { return first_coefficient() + coefficients_; }

    /// Columns of the features in monomial number `m`.
    MOE_HD MOE_FLAT FeaturePair monomial_at(GramProduct const& product, int m) const
    {
        Monomials const all = layout_.monomials(product);
        int a = 0;
        while (before_[a + 1] <= m)
            ++a;
        int b = all.first(a);
        for (int left = m - before_[a];; ++b)
            if (all.leads(a, b) && left-- == 0)
                break;
        return {column_of(product.left, a), column_of(product.right, b)};
    }

    MOE_HD int column_of(int group, int f) const
    {
        FeatureRange const range = layout_.rows[group].range;
        return f < range.size ? range.begin + f : one();
    }

    /// Columns of the coefficients in pair number `p`.
    MOE_HD MOE_FLAT FeaturePair pair_at(GramProduct const& product, int p) const
    {
        int const left = first_coefficient() + layout_.rows[product.left].first;
        int const right = first_coefficient() + layout_.rows[product.right].first;
        int const count = layout_.rows[product.right].count;
        if (!product.square())
            return {left + p / count, right + p % count};
        int i = 0;
        for (; p >= count - i; ++i)
            p -= count - i;
        return {left + i, left + i + p};
    }

    /// The sums from pair `row` and monomial `column` on.
    MOE_HD MOE_FLAT void add_tile(GramProduct const& product, int row, int column)
    {
        int const rows = product.pairs - row < gram_tile ? product.pairs - row : gram_tile;
        int const columns =
            product.monomials - column < gram_tile ? product.monomials - column : gram_tile;
        lanes_.sync();
        for (int i = lanes_.rank(); i < gram_tile; i += lanes_.size()) { // behind the ends: 1
            columns_[i] = i < rows ? pair_at(product, row + i) : FeaturePair{one(), one()};
            columns_[gram_tile + i] =
                i < columns ? monomial_at(product, column + i) : FeaturePair{one(), one()};
        }
        lanes_.sync();
        double* const out = task_.maps_gram + product.begin +
                            static_cast<std::size_t>(row) * product.stride + column;
        // As many rounds as there are squares for each lane; one where a block has the lanes.
        for (int first = 0; first < squares * squares; first += lanes_.size()) {
            int const square = first + lanes_.rank();
            int const u = square / squares * side;
            int const v = square % squares * side;
            double sum[side][side] = {};
            for (int t = 0; t < task_.n; t += chunk) {
                fill(t);
                if (square < squares * squares)
                    add_chunk(u, gram_tile + v, sum);
            }
            for (int i = 0; i < side; ++i)
                for (int j = 0; j < side; ++j)
                    if (square < squares * squares && u + i < rows && v + j < columns)
                        out[static_cast<std::size_t>(u + i) * product.stride + v + j] = sum[i][j];
        }
    }

    /// Table and factors of the chunk of samples from `first` on.
    MOE_HD MOE_FLAT void fill(int first)
    {
        int const d = task_.model.d;
        std::size_t const n = static_cast<std::size_t>(task_.n);
        int const count = task_.n - first < chunk ? task_.n - first : chunk;
        Real const* const x = task_.x + static_cast<std::size_t>(first) * d;
        Real const* const c = task_.coefficients + first;
        lanes_.sync();
        int const ahead = lanes_.size() / d; // of i, in rows and columns
        int const aside = lanes_.size() % d;
        int b = lanes_.rank() / d;
        int f = lanes_.rank() % d;
        for (int i = lanes_.rank(); i < count * d; i += lanes_.size()) {
            table_[b * width_ + f] = x[i];
            b += ahead;
            f += aside;
            if (f >= d) {
                f -= d;
                ++b;
            }
        }
        for (int i = lanes_.rank(); i < coefficients_ * chunk; i += lanes_.size()) {
            int const t = i % chunk;
            table_[t * width_ + first_coefficient() + i / chunk] =
                t < count ? c[i / chunk * n + t] : Real(0);
        }
        lanes_.sync();
        if (layout_.features.derived()) {
            derive_features<chunk, Real>(lanes_, layout_.features,
                                         FeatureRows<Real>{table_, width_}, count);
            lanes_.sync();
        }
        for (int i = lanes_.rank(); i < 2 * gram_tile; i += lanes_.size()) {
            Real const* const left = table_ + columns_[i].a;
            Real const* const right = table_ + columns_[i].b;
            for (int t = 0; t < chunk; ++t)
                factor_[t * factors + i] = left[t * width_] * right[t * width_];
        }
        lanes_.sync();
    }

    /// Adds a chunk to a square of sums: the chunk's own sums are taken in Real.
    MOE_HD MOE_FLAT void add_chunk(int u, int v, double (&sum)[side][side]) const
    {
        if constexpr (std::is_same_v<Real, double>) {
            add_products(u, v, sum);
        } else {
            Real part[side][side] = {};
            add_products(u, v, part);
            for (int i = 0; i < side; ++i)
                for (int j = 0; j < side; ++j)
                    sum[i][j] += static_cast<double>(part[i][j]);
        }
    }

    MOE_HD MOE_FLAT void add_products(int u, int v, Real (&sum)[side][side]) const
    {
        for (int t = 0; t < chunk; ++t) {
            Real left[side];
            Real right[side];
            for (int i = 0; i < side; ++i) {
                left[i] = factor_[t * factors + u + i];
                right[i] = factor_[t * factors + v + i];
            }
            for (int i = 0; i < side; ++i)
                for (int j = 0; j < side; ++j)
                    sum[i][j] += left[i] * right[j];
        }
    }

    Lanes lanes_;
    GramTask<Real> const& task_;
    GramLayout layout_;
    int coefficients_; ///< rows of them
    int width_;
    Real* table_;          ///< [chunk][width]
    Real* factor_;         ///< [chunk][factors] the tile's pairs, then its monomials
    int* before_;          ///< [features + 1] monomials of the features before
    FeaturePair* columns_; ///< [2 gram_tile] of the table, whose product a factor is
};

MOE_END_ISA
