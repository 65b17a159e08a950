#pragma once

/// @file
/// Features phi(x) that scores and expert forms are linear in (design.md 2), as members declare
/// them. A model's feature matrix is a row of blocks; gate and expert each read one contiguous
/// range of it.

#include "kernels/core/hd.h"

MOE_BEGIN_ISA

/// Blocks of features, as bits; a member ors those that it needs. The order of the bits is the
/// order of the blocks.
enum Feature : unsigned
{
    feature_none = 0,
    feature_x = 1,      ///< x (d)
    feature_vech = 2,   ///< x_a x_b, a <= b, row by row of the upper triangle (d (d + 1) / 2)
    feature_square = 4, ///< |x|^2 (1)
    feature_cosine = 8, ///< x / (|x| + tau2), 0 at x = 0 (d)
    feature_unit = 16,  ///< x / |x|, 0 at x = 0 (d)
};

/// Place of x_a x_b, a <= b, in vech(x x^T).
MOE_HD constexpr int vech_index(int d, int a, int b)
{
    return a * d - a * (a - 1) / 2 + (b - a);
}

/// Numbers of one block.
MOE_HD constexpr int feature_size(unsigned block, int d)
{
    return block == feature_vech ? d * (d + 1) / 2 : block == feature_square ? 1 : d;
}

/// Numbers of all blocks in a set.
MOE_HD constexpr int features_size(unsigned set, int d)
{
    int size = 0;
    for (unsigned block = 1; block <= feature_unit; block *= 2)
        size += (set & block) != 0 ? feature_size(block, d) : 0;
    return size;
}

/// A part of the feature matrix.
struct FeatureRange
{
    int begin;
    int size;
};

/// Where a model's blocks stand. x always comes first: the others are made of it.
struct FeatureMap
{
    int d;
    double tau2;
    int vech, square, cosine, unit; ///< first column of the block, -1 where it is not needed
    int total;                      ///< columns, a multiple of the alignment
    FeatureRange gate, expert;

    /// Whether there are blocks behind x.
    MOE_HD constexpr bool derived() const
    {
        return vech >= 0 || square >= 0 || cosine >= 0 || unit >= 0;
    }
};

/// Whether the blocks of `set` can stand side by side where another set needs its own, too: lay_out
/// puts none of another's between them, nor the gap before the other's first.
MOE_HD constexpr bool stands_together(unsigned set, unsigned other)
{
    unsigned const lowest = set & (~set + 1);
    unsigned const first_of_other = other & (~other + 1);
    for (unsigned block = 2 * lowest; lowest != 0 && block <= feature_unit; block *= 2) {
        bool const more = set >= block; // of the set, from this block on
        bool const here = (set & block) != 0;
        if (more && ((!here && (other & block) != 0) || (here && block == first_of_other)))
            return false;
    }
    return true;
}

/// Lays the blocks out for a gate and an expert that need these sets. A range begins at a multiple
/// of `align` columns, so that vector loads of it are aligned.
MOE_HD constexpr FeatureMap lay_out(unsigned gate, unsigned expert, int d, double tau2, int align)
{
    unsigned const lowest_gate = gate & (~gate + 1);
    unsigned const lowest_expert = expert & (~expert + 1);
    FeatureRange gate_range{0, features_size(gate, d)};
    FeatureRange expert_range{0, features_size(expert, d)};
    int next = 0; // behind the blocks so far
    auto const up = [align](int at) { return (at + align - 1) / align * align; };
    auto const place = [&](Feature block) {
        if (((gate | expert | feature_x) & block) == 0)
            return -1;
        if (block == lowest_gate || block == lowest_expert)
            next = up(next);
        int const at = next;
        if (block == lowest_gate)
            gate_range.begin = at;
        if (block == lowest_expert)
            expert_range.begin = at;
        next += feature_size(block, d);
        return at;
    };
    place(feature_x);
    int const vech = place(feature_vech);
    int const square = place(feature_square);
    int const cosine = place(feature_cosine);
    int const unit = place(feature_unit);
    return {d, tau2, vech, square, cosine, unit, up(next), gate_range, expert_range};
}

MOE_END_ISA
