#pragma once

/// @file
/// The different products phi_a phi_b of two features. With vech(x x^T) among them many are equal,
/// as x_1 x_2 . x_3 = x_1 x_3 . x_2: of d = 8 and (x, vech, 1) there are 1035 pairs but 495
/// products.

#include "kernels/core/lanes.h"
#include "kernels/spec/features.h"

MOE_BEGIN_ISA

/// A range of features and 1 behind it, each as a product of two symbols: those of x_1 .. x_d are
/// 0 .. d - 1, a feature that is no monomial of x is a symbol itself, and 1 is the largest.
struct FeatureFactors
{
    FeatureMap map;
    FeatureRange range;

    struct Two
    {
        int low, high;
    };

    MOE_HD int size() const { return range.size + 1; }
    MOE_HD int one() const { return map.d + map.total; }

    /// Whether some product of two features can be that of two others as well.
    MOE_HD bool has_vech() const { return map.vech >= 0; }

    /// Of feature f < size().
    MOE_HD Two of(int f) const
    {
        int const column = range.begin + f;
        if (f == range.size)
            return {one(), one()};
        if (column < map.d)
            return {column, one()};
        int const form = column - map.vech;
        if (map.vech < 0 || form < 0 || form >= feature_size(feature_vech, map.d))
            return {map.d + column, one()};
        int a = 0;
        int b = form; // of row a of the triangle, from the diagonal on
        for (; b >= map.d - a; ++a)
            b -= map.d - a;
        return {a, a + b};
    }

    /// The feature with these factors, or -1.
    MOE_HD int find(Two two) const
    {
        if (two.low == one())
            return range.size;
        int const column = two.high != one() ? pair_column(two)
                           : two.low < map.d ? two.low
                                             : two.low - map.d;
        int const f = column - range.begin;
        return column >= 0 && f >= 0 && f < range.size ? f : -1;
    }

private:
    MOE_HD int pair_column(Two two) const
    {
        return map.vech < 0 || two.high >= map.d ? -1
                                                 : map.vech + vech_index(map.d, two.low, two.high);
    }
};

/// A product of feature a of the left and b of the right set.
struct FeaturePair
{
    int a, b;
};

/// The products of the features of two sets, a <= b where they are the same set (`square`). Of
/// those that are equal one leads; the leading ones are counted row by row.
struct Monomials
{
    FeatureFactors left;
    FeatureFactors right;
    bool square;

    /// First partner of feature a.
    MOE_HD int first(int a) const { return square ? a : 0; }

    /// The leading product that equals that of a and b.
    MOE_HD FeaturePair leader(int a, int b) const
    {
        if (square && a > b) {
            int const other = a;
            a = b;
            b = other;
        }
        if (!left.has_vech())
            return {a, b};
        FeatureFactors::Two const p = left.of(a);
        FeatureFactors::Two const q = right.of(b);
        // The four in ascending order, where those of each feature are so already.
        int const lowest = p.low < q.low ? p.low : q.low;
        int const highest = p.high > q.high ? p.high : q.high;
        int const inner = p.low < q.low ? q.low : p.low;
        int const outer = p.high > q.high ? q.high : p.high;
        int const from = left.find({lowest, inner < outer ? inner : outer});
        int const to = right.find({inner < outer ? outer : inner, highest});
        if (from < 0 || to < 0)
            return {a, b};
        return square && from > to ? FeaturePair{to, from} : FeaturePair{from, to};
    }

    MOE_HD bool leads(int a, int b) const
    {
        FeaturePair const first = leader(a, b);
        return first.a == a && first.b == b;
    }

    /// Leading products of feature a.
    MOE_HD int count_of(int a) const
    {
        if (!left.has_vech())
            return right.size() - first(a);
        int count = 0;
        for (int b = first(a); b < right.size(); ++b)
            count += leads(a, b) ? 1 : 0;
        return count;
    }
};

/// Counts leading products: before[a], a <= left.size(), are those of the features before a.
/// Returns how many there are.
template <class Lanes>
MOE_HD MOE_FLAT int count_monomials(Lanes lanes, Monomials const& all, int* before)
{
    int const size = all.left.size();
    lanes.sync();
    for (int a = lanes.rank(); a < size; a += lanes.size())
        before[a + 1] = all.count_of(a);
    lanes.sync();
    if (lanes.rank() == 0) {
        before[0] = 0;
        for (int a = 0; a < size; ++a)
            before[a + 1] += before[a];
    }
    lanes.sync();
    return before[size];
}

MOE_END_ISA
