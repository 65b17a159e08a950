#pragma once

/// @file
/// What Khatri-Rao sums in cooperating lanes are made of: a table of a chunk of samples, a row a
/// feature, a coefficient or 1. Pairs of coefficients and monomials of features alike are products
/// of two of its rows.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"
#include "kernels/lse/gram_layout.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/model/features.h"

#include <type_traits>

MOE_BEGIN_ISA

/// Tables of numbers `Real`, `pitch` of them a row, of a task with a model, x and coefficients of n
/// samples.
template <class Real, int pitch, class Task, class Lanes>
class GramTable
{
public:
    MOE_HD MOE_FLAT GramTable(Lanes lanes, Scratch& scratch, Task const& task)
        : lanes_(lanes), task_(task), layout_(gram_groups(task.model)),
          coefficients_(coefficient_rows(task.model)),
          before_(scratch.take<int>(gram_features(layout_) + 1))
    {}

    /// The layout of the sums; to be asked for by all lanes before all that follows.
    MOE_HD MOE_FLAT GramLayout const& lay_out()
    {
        layout_ = gram_layout(lanes_, task_.model, before_);
        return layout_;
    }
    MOE_HD GramLayout const& layout() const { return layout_; }

    MOE_HD MOE_FLAT Real* take(Scratch& scratch) const { return scratch.take<Real>(numbers()); }

    /// Writes what no chunk does: 1, and numbers where a short one has none.
    MOE_HD MOE_FLAT void open(Real* table) const
    {
        for (int at = lanes_.rank(); at < numbers(); at += lanes_.size())
            table[at] = Real(at / pitch == one() ? 1 : 0);
    }

    /// Counts the monomials of a product, of which monomial_at is asked then. All lanes.
    MOE_HD MOE_FLAT void count(GramProduct const& product)
    {
        count_monomials(lanes_, layout_.monomials(product), before_);
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

    /// Where 1 stands.
    MOE_HD MOE_FLAT FeaturePair ones() const { return {one() * pitch, one() * pitch}; }

    /// Begins to bring the chunk of samples from `first` on; behind the last one are zeros.
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

private:
    /// Rows of the table: features and two of working memory, coefficients, 1.
    MOE_HD int first_coefficient() const { return layout_.features.total + 2; }
    MOE_HD int one() const { return first_coefficient() + coefficients_; }
    MOE_HD int numbers() const { return (one() + 1) * pitch; }

    MOE_HD int row_of(int group, int f) const
    {
        FeatureRange const range = layout_.rows[group].range;
        return f < range.size ? range.begin + f : one();
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

    Lanes lanes_;
    Task const& task_;
    GramLayout layout_;
    int coefficients_; ///< rows of them
    int* before_;      ///< [features + 1] monomials of the features before
};

MOE_END_ISA
