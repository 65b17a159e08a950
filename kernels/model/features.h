#pragma once

/// @file
/// Features phi(x) that scores and expert forms are linear in (design.md 2). A model's feature
/// matrix is a row of blocks; gate and expert each read one contiguous range of it.

#include "kernels/core/math.h"
#include "kernels/core/typelist.h"
#include "kernels/model/model.h"

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

/// Lays the blocks out for a gate and an expert that need these sets. A range begins at a multiple
/// of `align` columns, so that vector loads of it are aligned.
MOE_HD constexpr FeatureMap lay_out(unsigned gate, unsigned expert, int d, double tau2, int align)
{
    FeatureMap map{
        d, tau2, -1, -1, -1, -1, 0, {0, features_size(gate, d)}, {0, features_size(expert, d)}};
    unsigned const lowest_gate = gate & (~gate + 1);
    unsigned const lowest_expert = expert & (~expert + 1);
    auto const up = [align](int at) { return (at + align - 1) / align * align; };
    int at = 0;
    for (unsigned block = 1; block <= feature_unit; block *= 2) {
        if (((gate | expert | feature_x) & block) == 0)
            continue;
        if (block == lowest_gate || block == lowest_expert)
            at = up(at);
        if (block == lowest_gate)
            map.gate.begin = at;
        if (block == lowest_expert)
            map.expert.begin = at;
        (block == feature_vech     ? map.vech
         : block == feature_square ? map.square
         : block == feature_cosine ? map.cosine
         : block == feature_unit   ? map.unit
                                   : map.total) = at;
        at += feature_size(block, d);
    }
    map.total = up(at);
    return map;
}

/// A chunk of features, one plane a feature: feature f of sample t at column(f)[t * step()].
template <class Real, int chunk>
struct FeaturePlanes
{
    Real* planes;
    MOE_HD Real* column(int feature) const { return planes + feature * chunk; }
    MOE_HD static constexpr int step() { return 1; }
};

/// The same, one row a sample.
template <class Real>
struct FeatureRows
{
    Real* rows;
    int stride;
    MOE_HD Real* column(int feature) const { return rows + feature; }
    MOE_HD int step() const { return stride; }
};

/// Fills the blocks behind x, which stands in the first d columns; two more columns behind all
/// blocks are working memory. Lane-local.
template <int chunk, class Real, class Lanes, class Features>
MOE_HD MOE_FLAT void derive_features(Lanes lanes, FeatureMap const& map, Features const& features)
{
    int const d = map.d;
    int const step = features.step();
    auto const multiply = [&](Real* to, Real const* a, Real const* b) {
        MOE_SIMD
        for (int t = lanes.rank(); t < chunk; t += lanes.size())
            to[t * step] = a[t * step] * b[t * step];
    };
    int next = map.vech;
    for (int a = 0; map.vech >= 0 && a < d; ++a)
        for (int b = a; b < d; ++b)
            multiply(features.column(next++), features.column(a), features.column(b));
    if (map.square < 0 && map.cosine < 0 && map.unit < 0)
        return;
    Real* const square = features.column(map.square >= 0 ? map.square : map.total);
    for (int t = lanes.rank(); t < chunk; t += lanes.size())
        square[t * step] = Real(0);
    for (int f = 0; f < d; ++f) {
        Real const* const x = features.column(f);
        MOE_SIMD
        for (int t = lanes.rank(); t < chunk; t += lanes.size())
            square[t * step] += x[t * step] * x[t * step];
    }
    Real* const factor = features.column(map.total + 1);
    auto const scaled = [&](int block, Real tau) {
        if (block < 0)
            return;
        MOE_SIMD
        for (int t = lanes.rank(); t < chunk; t += lanes.size()) {
            Real const norm = math::sqrt(square[t * step]);
            factor[t * step] = norm > Real(0) ? Real(1) / (norm + tau) : Real(0);
        }
        for (int f = 0; f < d; ++f)
            multiply(features.column(block + f), features.column(f), factor);
    };
    scaled(map.cosine, static_cast<Real>(map.tau2));
    scaled(map.unit, Real(0));
}

MOE_END_ISA
