#pragma once

/// @file
/// Khatri-Rao sums in cooperating lanes: a tile of pairs times monomials after the other, each over
/// all samples. A lane has some of the tile's sums in registers.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"
#include "kernels/lse/gram_api.h"
#include "kernels/model/features.h"
#include "kernels/model/limits.h"

#include <type_traits>

MOE_BEGIN_ISA

template <class Real, class Lanes>
class LaneGram
{
    static constexpr int side = 6; ///< of the square of sums that a lane has at a time
    static constexpr int squares = gram_tile / side;
    static constexpr int stride =
        gram_tile + 1; ///< odd: lanes write columns without bank conflicts
    static_assert(gram_tile % side == 0);

public:
    MOE_HD MOE_FLAT LaneGram(Lanes lanes, Scratch& scratch, GramTask<Real> const& task)
        : lanes_(lanes), task_(task), layout_(gram_layout(task.model)),
          planes_(scratch.take<Real>(static_cast<std::size_t>(layout_.features.total + 2) * chunk)),
          monomial_(scratch.take<Real>(chunk * stride)), pair_(scratch.take<Real>(chunk * stride)),
          before_(scratch.take<int>(widest(layout_) + 2)),
          rows_(scratch.take<FeaturePair>(gram_tile)),
          columns_(scratch.take<FeaturePair>(gram_tile))
    {}

    MOE_HD MOE_FLAT void run()
    {
        std::size_t const size = static_cast<std::size_t>(layout_.features.total + 2) * chunk;
        for (std::size_t i = lanes_.rank(); i < size; i += lanes_.size())
            planes_[i] = Real(0); // what stands behind the end of a short chunk is finite
        int const all = tiles();
        int const begin =
            static_cast<int>(static_cast<std::int64_t>(all) * task_.part / task_.parts);
        int const end =
            static_cast<int>(static_cast<std::int64_t>(all) * (task_.part + 1) / task_.parts);
        int next = 0;
        for (int i = 0; i < layout_.products; ++i) {
            GramProduct const& product = layout_.product[i];
            int const across = tiles_of(product.monomials);
            int const count = tiles_of(product.pairs) * across;
            bool counted = false;
            for (int tile = 0; tile < count; ++tile, ++next) {
                if (next < begin || next >= end)
                    continue;
                if (!counted)
                    count_monomials(product);
                counted = true;
                add_tile(product, tile / across * gram_tile, tile % across * gram_tile);
            }
        }
    }

private:
    MOE_HD static int widest(GramLayout const& layout)
    {
        int most = 0;
        for (int g = 0; g < layout.groups; ++g)
            most = layout.rows[g].range.size > most ? layout.rows[g].range.size : most;
        return most;
    }

    MOE_HD int tiles() const
    {
        int tiles = 0;
        for (int i = 0; i < layout_.products; ++i)
            tiles += tiles_of(layout_.product[i].monomials) * tiles_of(layout_.product[i].pairs);
        return tiles;
    }

    MOE_HD Monomials monomials(GramProduct const& product) const
    {
        return {layout_.factors(product.left), layout_.factors(product.right), product.square()};
    }

    /// before_[a]: monomials of the features before a.
    MOE_HD MOE_FLAT void count_monomials(GramProduct const& product)
    {
        Monomials const all = monomials(product);
        int const size = all.left.size();
        lanes_.sync();
        for (int a = lanes_.rank(); a < size; a += lanes_.size())
            before_[a + 1] = all.count_of(a);
        lanes_.sync();
        if (lanes_.rank() == 0) {
            before_[0] = 0;
            for (int a = 0; a < size; ++a)
                before_[a + 1] += before_[a];
        }
        lanes_.sync();
    }

    /// Columns of the features in monomial number `m`.
    MOE_HD MOE_FLAT FeaturePair monomial_at(GramProduct const& product, int m) const
    {
        Monomials const all = monomials(product);
        int a = 0;
        while (before_[a + 1] <= m)
            ++a;
        int b = all.first(a);
        for (int left = m - before_[a];; ++b)
            if (all.leads(a, b) && left-- == 0)
                break;
        return {column(product.left, a), column(product.right, b)};
    }

    /// Where a feature stands in the planes; -1: it is 1.
    MOE_HD int column(int group, int f) const
    {
        FeatureRange const range = layout_.rows[group].range;
        return f < range.size ? range.begin + f : -1;
    }

    /// Rows of coefficients of pair number `p`.
    MOE_HD MOE_FLAT FeaturePair pair_at(GramProduct const& product, int p) const
    {
        GramRows const& left = layout_.rows[product.left];
        GramRows const& right = layout_.rows[product.right];
        if (!product.square())
            return {left.first + p / right.count, right.first + p % right.count};
        int i = 0;
        for (; p >= left.count - i; ++i)
            p -= left.count - i;
        return {left.first + i, left.first + i + p};
    }

    /// The sums from pair `row` and monomial `column` on.
    MOE_HD MOE_FLAT void add_tile(GramProduct const& product, int row, int column)
    {
        int const rows = product.pairs - row < gram_tile ? product.pairs - row : gram_tile;
        int const columns =
            product.monomials - column < gram_tile ? product.monomials - column : gram_tile;
        lanes_.sync();
        for (int i = lanes_.rank(); i < gram_tile; i += lanes_.size()) {
            if (i < rows)
                rows_[i] = pair_at(product, row + i);
            if (i < columns)
                columns_[i] = monomial_at(product, column + i);
        }
        for (int i = lanes_.rank(); i < chunk * stride; i += lanes_.size())
            monomial_[i] = pair_[i] = Real(0); // behind the tile's ends
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
                fill(t, rows, columns);
                if (square < squares * squares)
                    add_chunk(u, v, sum);
            }
            for (int i = 0; i < side; ++i)
                for (int j = 0; j < side; ++j)
                    if (square < squares * squares && u + i < rows && v + j < columns)
                        out[static_cast<std::size_t>(u + i) * product.stride + v + j] = sum[i][j];
        }
    }

    /// Features, monomials and pairs of the chunk of samples from `first` on.
    MOE_HD MOE_FLAT void fill(int first, int rows, int columns)
    {
        int const d = task_.model.d;
        std::size_t const n = static_cast<std::size_t>(task_.n);
        int const count = task_.n - first < chunk ? task_.n - first : chunk;
        Real const* const x = task_.x + static_cast<std::size_t>(first) * d;
        Real const* const c = task_.coefficients + first;
        lanes_.sync();
        for (int i = lanes_.rank(); i < count * d; i += lanes_.size())
            planes_[i % d * chunk + i / d] = x[i];
        lanes_.sync();
        derive_features<chunk, Real>(lanes_, layout_.features, FeaturePlanes<Real, chunk>{planes_},
                                     count);
        lanes_.sync();
        auto const feature = [&](int column, int b) {
            return column < 0 ? Real(1) : planes_[column * chunk + b];
        };
        for (int i = lanes_.rank(); i < columns * chunk; i += lanes_.size()) {
            int const b = i % chunk;
            FeaturePair const at = columns_[i / chunk];
            monomial_[b * stride + i / chunk] = feature(at.a, b) * feature(at.b, b);
        }
        for (int i = lanes_.rank(); i < rows * chunk; i += lanes_.size()) {
            int const b = i % chunk;
            FeaturePair const at = rows_[i / chunk];
            pair_[b * stride + i / chunk] = b < count ? c[at.a * n + b] * c[at.b * n + b] : Real(0);
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
        for (int b = 0; b < chunk; ++b) {
            Real left[side];
            Real right[side];
            for (int i = 0; i < side; ++i) {
                left[i] = pair_[b * stride + u + i];
                right[i] = monomial_[b * stride + v + i];
            }
            for (int i = 0; i < side; ++i)
                for (int j = 0; j < side; ++j)
                    sum[i][j] += left[i] * right[j];
        }
    }

    Lanes lanes_;
    GramTask<Real> const& task_;
    GramLayout layout_;
    Real* planes_;         ///< [total + 2][chunk] features
    Real* monomial_;       ///< [chunk][stride] of the tile
    Real* pair_;           ///< [chunk][stride]
    int* before_;          ///< [features + 1]
    FeaturePair* rows_;    ///< [gram_tile] rows of coefficients of the tile's pairs
    FeaturePair* columns_; ///< [gram_tile] planes of its monomials' features
};

MOE_END_ISA
