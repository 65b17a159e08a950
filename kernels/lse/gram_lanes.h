#pragma once

/// @file
/// Khatri-Rao sums in cooperating lanes: tiles of pairs times monomials, some at once, each over
/// all samples, chunk by chunk. What a chunk's samples have stands in one table (gram_table.h);
/// pairs and monomials are made where they are used. Chunks arrive in one table while the other one
/// is worked on.

#include "kernels/lse/gram_api.h"
#include "kernels/lse/gram_table.h"
#include "kernels/lse/gram_tile.h"

MOE_BEGIN_ISA

template <class Task, class Lanes>
class LaneGram
{
    using Real = typename Task::Number;
    using Sums = GramTileSums<Real, Lanes>;
    static constexpr int pitch = Sums::pitch;

public:
    MOE_HD MOE_FLAT LaneGram(Lanes lanes, Scratch& scratch, Task const& task)
        : lanes_(lanes), task_(task),
          tables_(lanes, scratch, task), table_{tables_.take(scratch), tables_.take(scratch)},
          factors_(scratch.take<FeaturePair>(gram_at_once * gram_factors))
    {}

    MOE_HD MOE_FLAT void run()
    {
        GramLayout const& layout = tables_.lay_out();
        for (Real* const table : table_)
            tables_.open(table);
        int tiles = 0;
        for (int i = 0; i < layout.products; ++i)
            tiles += tiles_in(layout.product[i]);
        std::int64_t const groups = (tiles + gram_at_once - 1) / gram_at_once;
        int const begin = static_cast<int>(groups * task_.part / task_.parts) * gram_at_once;
        int const end = static_cast<int>(groups * (task_.part + 1) / task_.parts) * gram_at_once;
        int const step = Sums::at_once(lanes_);
        for (int first = begin; first < end && first < tiles; first += step)
            add_tiles(first, tiles - first < step ? tiles - first : step);
    }

private:
    /// Tile number `tile` of all.
    MOE_HD MOE_FLAT GramTile tile_at(int tile) const
    {
        GramLayout const& layout = tables_.layout();
        int i = 0;
        for (; tile >= tiles_in(layout.product[i]); ++i)
            tile -= tiles_in(layout.product[i]);
        GramProduct const& product = layout.product[i];
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
        GramProduct const& product = tables_.layout().product[tile.product];
        FeaturePair const none = tables_.ones(); // behind the ends
        tables_.count(product);
        for (int i = lanes_.rank(); i < gram_factors; i += lanes_.size()) {
            int const column = i - gram_tile_pairs;
            if (column < 0)
                to[i] = i < tile.rows ? tables_.pair_at(product, tile.row + i) : none;
            else
                to[i] = column < tile.columns ? tables_.monomial_at(product, tile.column + column)
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
        GramProduct const& product = tables_.layout().product[tile.product];
        double* const out = task_.maps_gram + product.begin +
                            static_cast<std::size_t>(tile.row) * product.stride + tile.column;
        Sums sums(lanes_, tile, factors_ + own * gram_factors, out, product.stride);
        tables_.start_copies(0, table_[0]);
        Real* now = table_[0];
        Real* next = table_[1];
        for (int t = 0; t < task_.n; t += chunk) {
            lanes_.wait_copies();
            lanes_.sync();
            if (t + chunk < task_.n)
                tables_.start_copies(t + chunk, next);
            tables_.derive(task_.n - t < chunk ? task_.n - t : chunk, now);
            if (busy)
                sums.add(now, t == 0);
            Real* const done = now;
            now = next;
            next = done;
        }
        if (busy)
            sums.store();
    }

    Lanes lanes_;
    Task const& task_;
    GramTable<Real, pitch, Task, Lanes> tables_;
    Real* table_[2];
    FeaturePair* factors_; ///< [gram_at_once][gram_factors] of the tiles
};

MOE_END_ISA
