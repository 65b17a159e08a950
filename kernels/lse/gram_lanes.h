#pragma once

/// @file
/// Khatri-Rao sums in cooperating lanes: tiles of pairs times monomials, some at once, each over
/// all samples, chunk by chunk. What a chunk's samples have stands in one table, a row a feature, a
/// coefficient or 1; pairs and monomials alike are products of two of its rows, made where they are
/// used. Chunks arrive in one table while the other one is worked on.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/gram_tile.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/model/features.h"

#include <type_traits>

MOE_BEGIN_ISA

template <class Task, class Lanes>
class LaneGram
{
    using Real = typename Task::Number;
    using Sums = GramTileSums<Real, Lanes>;
    static constexpr int pitch = Sums::pitch;

public:
    MOE_HD MOE_FLAT LaneGram(Lanes lanes, Scratch& scratch, Task const& task)
        : lanes_(lanes), task_(task), layout_(gram_groups(task.model)),
          coefficients_(coefficient_rows(task.model)), table_{take_table(scratch),
                                                              take_table(scratch)},
          before_(scratch.take<int>(gram_features(layout_) + 1)),
          factors_(scratch.take<FeaturePair>(gram_at_once * gram_factors))
    {}

    MOE_HD MOE_FLAT void run()
    {
        layout_ = gram_layout(lanes_, task_.model, before_);
        for (int i = lanes_.rank(); i < 2 * table_numbers(); i += lanes_.size()) {
            int const at = i % table_numbers(); // what a short chunk has not is finite
            table_[i / table_numbers()][at] = Real(at / pitch == one() ? 1 : 0);
        }
        int tiles = 0;
        for (int i = 0; i < layout_.products; ++i)
            tiles += tiles_in(layout_.product[i]);
        std::int64_t const groups = (tiles + gram_at_once - 1) / gram_at_once;
        int const begin = static_cast<int>(groups * task_.part / task_.parts) * gram_at_once;
        int const end = static_cast<int>(groups * (task_.part + 1) / task_.parts) * gram_at_once;
        int const step = Sums::at_once(lanes_);
        for (int first = begin; first < end && first < tiles; first += step)
            add_tiles(first, tiles - first < step ? tiles - first : step);
    }

private:
    /// Rows of the table: features and two of working memory, coefficients, 1.
    MOE_HD int first_coefficient() const { return layout_.features.total + 2; }
    MOE_HD int one() const { return first_coefficient() + coefficients_; }
    MOE_HD int table_numbers() const { return (one() + 1) * pitch; }
    MOE_HD MOE_FLAT Real* take_table(Scratch& scratch) const
    {
        return scratch.take<Real>(table_numbers());
    }

    /// Where the features of monomial number `m` stand in a table.
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
        return {row_of(product.left, a) * pitch, row_of(product.right, b) * pitch};
    }

    MOE_HD int row_of(int group, int f) const
    {
        FeatureRange const range = layout_.rows[group].range;
        return f < range.size ? range.begin + f : one();
    }

    /// Where the coefficients of pair number `p` stand in a table.
    MOE_HD MOE_FLAT FeaturePair pair_at(GramProduct const& product, int p) const
    {
        int const left = first_coefficient() + layout_.rows[product.left].first;
        int const right = first_coefficient() + layout_.rows[product.right].first;
        int const count = layout_.rows[product.right].count;
        if (!product.square())
            return {(left + p / count) * pitch, (right + p % count) * pitch};
        int i = 0;
        for (; p >= count - i; ++i)
            p -= count - i;
        return {(left + i) * pitch, (left + i + p) * pitch};
    }

    /// Tile number `tile` of all.
    MOE_HD MOE_FLAT GramTile tile_at(int tile) const
    {
        int i = 0;
        for (; tile >= tiles_in(layout_.product[i]); ++i)
            tile -= tiles_in(layout_.product[i]);
        GramProduct const& product = layout_.product[i];
        int const across = tiles_of(product.monomials, gram_tile_monomials);
        int const row = tile / across * gram_tile_pairs;
        int const column = tile % across * gram_tile_monomials;
        auto const at_most = [](int left, int most) { return left < most ? left : most; };
        return {i, row, column, at_most(product.pairs - row, gram_tile_pairs),
                at_most(product.monomials - column, gram_tile_monomials)};
    }

    /// Writes down what the factors of a tile are made of.
    MOE_HD MOE_FLAT void list_factors(GramTile const& tile, FeaturePair* to)
    {
        GramProduct const& product = layout_.product[tile.product];
        FeaturePair const none{one() * pitch, one() * pitch}; // behind the ends
        count_monomials(lanes_, layout_.monomials(product), before_);
        for (int i = lanes_.rank(); i < gram_factors; i += lanes_.size()) {
            int const column = i - gram_tile_pairs;
            to[i] = column < 0              ? i < tile.rows ? pair_at(product, tile.row + i) : none
                    : column < tile.columns ? monomial_at(product, tile.column + column)
                                            : none;
        }
    }

    /// The sums of `count` tiles from number `first` on.
    MOE_HD MOE_FLAT void add_tiles(int first, int count)
    {
        lanes_.sync();
        for (int i = 0; i < count; ++i)
            list_factors(tile_at(first + i), factors_ + i * gram_factors);
        lanes_.sync();
        bool const busy = Sums::own(lanes_) < count;
        int const own = busy ? Sums::own(lanes_) : 0;
        GramTile const tile = tile_at(first + own);
        GramProduct const& product = layout_.product[tile.product];
        double* const out = task_.maps_gram + product.begin +
                            static_cast<std::size_t>(tile.row) * product.stride + tile.column;
        Sums sums(lanes_, tile, factors_ + own * gram_factors, out, product.stride);
        start_copies(0, table_[0]);
        Real* now = table_[0];
        Real* next = table_[1];
        for (int t = 0; t < task_.n; t += chunk) {
            lanes_.wait_copies();
            lanes_.sync();
            if (t + chunk < task_.n)
                start_copies(t + chunk, next);
            derive(task_.n - t < chunk ? task_.n - t : chunk, now);
            if (busy)
                sums.add(now, t == 0);
            Real* const done = now;
            now = next;
            next = done;
        }
        if (busy)
            sums.store();
    }

    /// Begins to copy a number; what is to be rounded arrives at once.
    template <class From>
    MOE_HD MOE_INLINE void bring(Real* to, From const* from) const
    {
        if constexpr (std::is_same_v<Real, From>)
            lanes_.copy_async(to, from);
        else
            *to = static_cast<Real>(*from);
    }

    /// Begins to bring the chunk of samples from `first` on.
    MOE_HD MOE_FLAT void start_copies(int first, Real* table) const
    {
        constexpr int samples = 8; // by 4 features: whole sectors of x, and banks of their own
        constexpr int features = 4;
        int const d = task_.model.d;
        std::size_t const n = static_cast<std::size_t>(task_.n);
        int const count = task_.n - first < chunk ? task_.n - first : chunk;
        auto const* const x = task_.x + static_cast<std::size_t>(first) * d;
        int const across = (d + features - 1) / features;
        for (int i = lanes_.rank(); i < chunk * features * across; i += lanes_.size()) {
            int const block = i / (samples * features);
            int const t = block / across * samples + i % samples;
            int const f = block % across * features + i / samples % features;
            if (f < d && t < count)
                bring(table + f * pitch + t, x + t * d + f);
            else if (f < d)
                table[f * pitch + t] = Real(0);
        }
        auto const* const c = task_.coefficients + first;
        Real* const to = table + first_coefficient() * pitch;
        for (int i = lanes_.rank(); i < coefficients_ * chunk; i += lanes_.size()) {
            int const t = i % chunk;
            if (t < count)
                bring(to + i / chunk * pitch + t, c + i / chunk * n + t);
            else
                to[i / chunk * pitch + t] = Real(0);
        }
    }

    /// Makes the features that are not x. Complete on return.
    MOE_HD MOE_FLAT void derive(int count, Real* table) const
    {
        FeatureMap others = layout_.features;
        if (!others.derived())
            return;
        if (others.vech >= 0) { // by all lanes, of which there may be more than samples
            int const d = others.d;
            int at = 0;
            int a = 0;
            int b = 0; // of row a of the triangle, from the diagonal on
            for (int i = lanes_.rank(); i < feature_size(feature_vech, d) * chunk;
                 i += lanes_.size()) {
                b += i / chunk - at;
                at = i / chunk;
                for (; b >= d - a; ++a)
                    b -= d - a;
                Real* const x = table + i % chunk;
                x[(others.vech + at) * pitch] = x[a * pitch] * x[(a + b) * pitch];
            }
            others.vech = -1;
        }
        derive_features<chunk, Real>(lanes_, others, FeaturePlanes<Real, pitch>{table}, count);
        lanes_.sync();
    }

    Lanes lanes_;
    Task const& task_;
    GramLayout layout_;
    int coefficients_;     ///< rows of them
    Real* table_[2];       ///< [rows][pitch]
    int* before_;          ///< [features + 1] monomials of the features before
    FeaturePair* factors_; ///< [gram_at_once][gram_factors] of the tiles
};

MOE_END_ISA
