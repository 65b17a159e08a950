#pragma once

/// @file
/// Khatri-Rao sums of one CPU thread. Pairs are the vector direction: of a block of samples they
/// are packed once into panels as wide as the product's registers, and the monomials pass a few
/// rows at a time, made just before their use.

#include "kernels/core/expect.h"
#include "kernels/core/scratch.h"
#include "kernels/lse/gram_api.h"
#include "kernels/model/features.h"
#include "kernels/model/simd.h"

#include <algorithm>
#include <type_traits>

MOE_BEGIN_ISA

template <class Real>
class SerialGram
{
    /// Samples of a block: sums are loaded and stored once a block, while a panel of it still fits
    /// the first cache.
    static constexpr int block = 128;
    static constexpr int rows_at_once = 12; ///< monomials; what the product has registers for
    static constexpr int panel = 2 * Simd<Real>::width;
    static_assert(gram_tile % rows_at_once == 0 && pair_align % Simd<Real>::width == 0);

public:
    SerialGram(SerialLanes, Scratch& scratch, GramTask<Real> const& task)
        : task_(task), layout_(gram_layout(task.model)),
          planes_(scratch.take<Real>(static_cast<std::size_t>(layout_.features.total + 3) * block)),
          monomials_(scratch.take<Real>(rows_at_once * block)),
          panels_(scratch.take<Real>(static_cast<std::size_t>(widest()) * block)),
          sums_(std::is_same_v<Real, double>
                    ? nullptr
                    : scratch.take<Real>(static_cast<std::size_t>(rows_at_once) * widest())),
          monomial_(scratch.take<FeaturePair>(static_cast<std::size_t>(most())))
    {}

    void run()
    {
        list_monomials();
        std::fill(planes_, planes_ + (layout_.features.total + 2) * block, Real(0));
        std::fill(ones(), ones() + block, Real(1));
        for (int first = 0; first < task_.n; first += block) {
            int const count = std::min(block, task_.n - first);
            fetch(first, count);
            int tile = 0;
            FeaturePair const* list = monomial_;
            for (int i = 0; i < layout_.products; ++i) {
                GramProduct const& product = layout_.product[i];
                add_product(product, list, tile, first, count);
                tile += tiles_of(product.monomials) * tiles_of(product.pairs);
                list += product.monomials;
            }
        }
    }

private:
    Real* ones() const { return planes_ + (layout_.features.total + 2) * block; }

    int widest() const
    {
        int most = 0;
        for (int i = 0; i < layout_.products; ++i)
            most = std::max(most, layout_.product[i].stride);
        return most;
    }

    /// Monomials of all products.
    int most() const
    {
        int sum = 0;
        for (int i = 0; i < layout_.products; ++i)
            sum += layout_.product[i].monomials;
        return sum;
    }

    /// Writes down which planes make each monomial.
    void list_monomials()
    {
        FeaturePair* next = monomial_;
        for (int i = 0; i < layout_.products; ++i) {
            GramProduct const& product = layout_.product[i];
            Monomials const all{layout_.factors(product.left), layout_.factors(product.right),
                                product.square()};
            for (int a = 0; a < all.left.size(); ++a)
                for (int b = all.first(a); b < all.right.size(); ++b)
                    if (all.leads(a, b))
                        *next++ = {column(product.left, a), column(product.right, b)};
        }
    }

    int column(int group, int f) const
    {
        FeatureRange const range = layout_.rows[group].range;
        return f < range.size ? range.begin + f : layout_.features.total + 2;
    }

    /// Features of the samples first .. first + count - 1.
    void fetch(int first, int count)
    {
        int const d = task_.model.d;
        Real const* const x = task_.x + static_cast<std::size_t>(first) * d;
        for (int f = 0; f < d; ++f)
            for (int t = 0; t < count; ++t)
                planes_[f * block + t] = x[static_cast<std::size_t>(t) * d + f];
        derive_features<block, Real>(SerialLanes{}, layout_.features,
                                     FeaturePlanes<Real, block>{planes_}, count);
    }

    /// Products of coefficients, panel by panel: pair p of sample t at
    /// panels_[p / panel][t][p % panel].
    void pack_pairs(GramProduct const& product, int first, int count)
    {
        std::size_t const n = static_cast<std::size_t>(task_.n);
        GramRows const& left = layout_.rows[product.left];
        GramRows const& right = layout_.rows[product.right];
        Real const* const c = task_.coefficients + first;
        int p = 0;
        auto const at = [&](int pair) {
            return panels_ + pair / panel * panel * count + pair % panel;
        };
        for (int i = 0; i < left.count; ++i) {
            for (int j = product.square() ? i : 0; j < right.count; ++j, ++p) {
                Real const* const a = c + (left.first + i) * n;
                Real const* const b = c + (right.first + j) * n;
                Real* const to = at(p);
                for (int t = 0; t < count; ++t)
                    to[t * panel] = a[t] * b[t];
            }
        }
        for (; p < product.stride; ++p)
            for (int t = 0; t < count; ++t)
                at(p)[t * panel] = Real(0);
    }

    void add_product(GramProduct const& product, FeaturePair const* list, int tile, int first,
                     int count)
    {
        std::int64_t const tiles = gram_tiles(task_.model);
        bool packed = false;
        for (int row = 0; row < product.monomials;
             row += gram_tile, tile += tiles_of(product.pairs)) {
            if (tile < tiles * task_.part / task_.parts ||
                tile >= tiles * (task_.part + 1) / task_.parts)
                continue;
            if (!packed)
                pack_pairs(product, first, count);
            packed = true;
            int const end = std::min(row + gram_tile, product.monomials);
            for (int r = row; r < end; r += rows_at_once)
                add_rows_at(product, list + r, r, std::min(rows_at_once, end - r), first == 0,
                            count);
        }
    }

    /// Adds a block of samples to the sums of some monomials.
    void add_rows_at(GramProduct const& product, FeaturePair const* list, int row, int rows,
                     bool opens, int count)
    {
        for (int r = 0; r < rows; ++r) {
            Real const* const a = planes_ + list[r].a * block;
            Real const* const b = planes_ + list[r].b * block;
            Real* const to = monomials_ + r * block;
            MOE_SIMD
            for (int t = 0; t < block; ++t)
                to[t] = a[t] * b[t];
        }
        int const stride = product.stride;
        double* const out =
            task_.maps_gram + product.begin + static_cast<std::size_t>(row) * stride;
        if constexpr (std::is_same_v<Real, double>) {
            multiply_panels(product, rows, count, opens ? Init::zero : Init::out, out);
        } else {
            multiply_panels(product, rows, count, Init::zero, sums_);
            MOE_SIMD
            for (int i = 0; i < rows * stride; ++i)
                out[i] = (opens ? 0.0 : out[i]) + static_cast<double>(sums_[i]);
        }
    }

    void multiply_panels(GramProduct const& product, int rows, int count, Init init, Real* out)
    {
        for (int p = 0; p < product.stride; p += panel)
            multiply<Real>({monomials_, block}, count, {panels_ + p * count, panel},
                           std::min(panel, product.stride - p), rows, init, nullptr,
                           {out + p, product.stride});
    }

    GramTask<Real> const& task_;
    GramLayout layout_;
    Real* planes_;          ///< [total + 3][block] features, working memory, ones
    Real* monomials_;       ///< [rows_at_once][block]
    Real* panels_;          ///< pairs of a block
    Real* sums_;            ///< [rows_at_once][stride] of a block, or null
    FeaturePair* monomial_; ///< of all products
};

MOE_END_ISA
