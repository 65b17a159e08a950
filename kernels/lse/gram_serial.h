#pragma once

/// @file
/// Khatri-Rao sums of one CPU thread. Monomials are the vector direction. Of a block of samples the
/// pairs are made once, as planes; the monomials pass in panels as wide as the product's registers,
/// made just before their use.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"
#include "kernels/lse/gram_api.h"
#include "kernels/model/features.h"
#include "kernels/model/transpose.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

MOE_BEGIN_ISA

template <class Task>
class SerialGram
{
    using Real = typename Task::Number;

    /// Samples of a block: sums are loaded and stored once a block, while a panel of it fits the
    /// first cache.
    static constexpr int block = 192;
    static constexpr int width = Simd<Real>::width;
    static constexpr int panel = 2 * width; ///< what `multiply` takes at a time
    static constexpr int quad = Simd<Real>::quad;
    static constexpr bool direct =
        std::is_same_v<Real, double>; ///< the sums themselves are added to
    static_assert(block % quad == 0);
    static_assert(!direct || sum_align % width == 0);

public:
    SerialGram(SerialLanes, Scratch& scratch, Task const& task)
        : task_(task), layout_(gram_layout(task.model)),
          planes_(scratch.take<Real>(static_cast<std::size_t>(layout_.features.total + 3) * block)),
          pairs_(scratch.take<Real>(static_cast<std::size_t>(most_pairs()) * block)),
          products_(scratch.take<Real>(width * block)), panel_(scratch.take<Real>(panel * block)),
          sums_(direct ? nullptr
                       : scratch.take<Real>(static_cast<std::size_t>(most_pairs()) * panel)),
          monomial_(scratch.take<FeaturePair>(static_cast<std::size_t>(listed())))
    {}

    void run()
    {
        list_monomials();
        std::fill(planes_, planes_ + (layout_.features.total + 2) * block, Real(0));
        std::fill(ones(), ones() + block, Real(1));
        int tiles = 0;
        for (int i = 0; i < layout_.products; ++i)
            tiles += tiles_in(layout_.product[i]);
        for (int first = 0; first < task_.n; first += block) {
            int const count = std::min(block, task_.n - first);
            fetch(first, count);
            int tile = 0;
            FeaturePair const* list = monomial_;
            for (int i = 0; i < layout_.products; ++i) {
                GramProduct const& product = layout_.product[i];
                add_product(product, mine(product, tile, tiles), list, first, count);
                tile += tiles_in(product);
                list += padded(product);
            }
        }
    }

private:
    struct Rows
    {
        int begin, end;
    };

    Real* ones() const { return planes_ + (layout_.features.total + 2) * block; }

    static int padded(GramProduct const& product)
    {
        return (product.monomials + width - 1) / width * width;
    }

    int most_pairs() const
    {
        int most = 0;
        for (int i = 0; i < layout_.products; ++i)
            most = std::max(most, layout_.product[i].pairs);
        return most;
    }

    /// Monomials of all products, with whole vectors of each.
    int listed() const
    {
        int sum = 0;
        for (int i = 0; i < layout_.products; ++i)
            sum += padded(layout_.product[i]);
        return sum;
    }

    /// The pairs that this part has: rows of tiles, which go to the part that has their first tile.
    Rows mine(GramProduct const& product, int tile, int tiles) const
    {
        std::int64_t const all = tiles;
        std::int64_t const begin = all * task_.part / task_.parts;
        std::int64_t const end = all * (task_.part + 1) / task_.parts;
        int const across = tiles_of(product.monomials, gram_tile_monomials);
        auto const rows_before = [&](std::int64_t at) { // whose first tile is before `at`
            std::int64_t const rows = (at - tile + across - 1) / across;
            return static_cast<int>(std::clamp<std::int64_t>(
                at <= tile ? 0 : rows * gram_tile_pairs, 0, product.pairs));
        };
        return {rows_before(begin), rows_before(end)};
    }

    /// Writes down which planes make each monomial; behind them, the last one again.
    void list_monomials()
    {
        FeaturePair* next = monomial_;
        for (int i = 0; i < layout_.products; ++i) {
            GramProduct const& product = layout_.product[i];
            Monomials const all = layout_.monomials(product);
            FeaturePair* const end = next + padded(product);
            for (int a = 0; a < all.left.size(); ++a)
                for (int b = all.first(a); b < all.right.size(); ++b)
                    if (all.leads(a, b))
                        *next++ = {plane(product.left, a), plane(product.right, b)};
            for (; next < end; ++next)
                next[0] = next[-1];
        }
    }

    int plane(int group, int f) const
    {
        FeatureRange const range = layout_.rows[group].range;
        return f < range.size ? range.begin + f : layout_.features.total + 2;
    }

    /// Features of the samples first .. first + count - 1.
    void fetch(int first, int count)
    {
        int const d = task_.model.d;
        auto const* const x = task_.x + static_cast<std::size_t>(first) * d;
        for (int f = 0; f < d; ++f)
            for (int t = 0; t < count; ++t)
                planes_[f * block + t] = static_cast<Real>(x[static_cast<std::size_t>(t) * d + f]);
        derive_features<block, Real>(SerialLanes{}, layout_.features,
                                     FeaturePlanes<Real, block>{planes_}, count);
    }

    /// Planes of products of coefficients.
    void make_pairs(GramProduct const& product, int first, int count)
    {
        std::size_t const n = static_cast<std::size_t>(task_.n);
        GramRows const& left = layout_.rows[product.left];
        GramRows const& right = layout_.rows[product.right];
        Real* to = pairs_;
        for (int i = 0; i < left.count; ++i) {
            for (int j = product.square() ? i : 0; j < right.count; ++j, to += block) {
                auto const* const a = task_.coefficients + (left.first + i) * n + first;
                auto const* const b = task_.coefficients + (right.first + j) * n + first;
                MOE_SIMD
                for (int t = 0; t < count; ++t)
                    to[t] = static_cast<Real>(a[t]) * static_cast<Real>(b[t]);
            }
        }
    }

    /// One vector of a panel: monomial m of sample t < count at to[t * panel + m].
    void make_monomials(FeaturePair const* list, int count, Real* to)
    {
        for (int m = 0; m < width; ++m) {
            Real const* const a = planes_ + list[m].a * block;
            Real const* const b = planes_ + list[m].b * block;
            Real* const product = products_ + m * block;
            MOE_SIMD
            for (int t = 0; t < count; ++t)
                product[t] = a[t] * b[t];
        }
        for (int t = 0; t < count; t += quad)
            transpose_quad<Real>(products_ + t, block, to + t * panel, panel);
    }

    /// Adds a block of samples to the sums of some pairs.
    void add_product(GramProduct const& product, Rows rows, FeaturePair const* list, int first,
                     int count)
    {
        int const pairs = rows.end - rows.begin;
        if (pairs <= 0)
            return;
        make_pairs(product, first, count);
        Matrix<Real const> const left{pairs_ + rows.begin * block, block};
        Matrix<Real const> const right{panel_, panel};
        bool const opens = first == 0;
        double* const sums =
            task_.maps_gram + product.begin + static_cast<std::size_t>(rows.begin) * product.stride;
        for (int m = 0; m < product.monomials; m += panel) {
            int const columns = std::min(panel, padded(product) - m);
            for (int v = 0; v < columns; v += width)
                make_monomials(list + m + v, count, panel_ + v);
            if constexpr (direct) {
                multiply<Real>(left, count, right, columns, pairs, opens ? Init::zero : Init::out,
                               nullptr, {sums + m, product.stride});
            } else {
                multiply<Real>(left, count, right, columns, pairs, Init::zero, nullptr,
                               {sums_, panel});
                add_sums(pairs, std::min(panel, product.monomials - m), opens, sums + m,
                         product.stride);
            }
        }
    }

    /// Adds a block's own sums in float64.
    void add_sums(int rows, int columns, bool opens, double* out, int stride) const
    {
        for (int i = 0; i < rows; ++i) {
            MOE_SIMD
            for (int j = 0; j < columns; ++j)
                out[i * stride + j] =
                    (opens ? 0.0 : out[i * stride + j]) + static_cast<double>(sums_[i * panel + j]);
        }
    }

    Task const& task_;
    GramLayout layout_;
    Real* planes_;          ///< [total + 3][block] features, working memory, ones
    Real* pairs_;           ///< [pairs][block]
    Real* products_;        ///< [width][block] monomials
    Real* panel_;           ///< [block][panel] monomials
    Real* sums_;            ///< [pairs][panel] of a block, or null
    FeaturePair* monomial_; ///< of all products
};

MOE_END_ISA
