#pragma once

/// @file
/// Fills a chunk of the feature matrix that kernels/spec/features.h lays out.

#include "kernels/core/norm.h"
#include "kernels/spec/features.h"

MOE_BEGIN_ISA

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

/// x / (|x| + tau) into the columns from `block` on, where squares may leave the numbers of the
/// type; `work` and the column behind it are working memory. Lane-local.
template <int chunk, class Real, class Lanes, class Features>
MOE_HD MOE_NOINLINE void derive_scaled(Lanes lanes, Features features, int d, int block, Real tau,
                                       int work)
{
    int const step = features.step();
    Real* const square = features.column(work);
    Real* const unit = features.column(work + 1);
    for (int t = lanes.rank(); t < chunk; t += lanes.size())
        square[t * step] = unit[t * step] = Real(0);
    for (int f = 0; f < d; ++f) { // the largest entries
        Real const* const x = features.column(f);
        MOE_SIMD
        for (int t = lanes.rank(); t < chunk; t += lanes.size()) {
            Real const size = x[t * step] < Real(0) ? -x[t * step] : x[t * step];
            unit[t * step] = size > unit[t * step] ? size : unit[t * step];
        }
    }
    MOE_SIMD
    for (int t = lanes.rank(); t < chunk; t += lanes.size())
        unit[t * step] = square_unit(unit[t * step]);
    for (int f = 0; f < d; ++f) {
        Real const* const x = features.column(f);
        Real* const to = features.column(block + f);
        MOE_SIMD
        for (int t = lanes.rank(); t < chunk; t += lanes.size()) {
            to[t * step] = x[t * step] * unit[t * step];
            square[t * step] += to[t * step] * to[t * step];
        }
    }
    Real* const factor = square;
    MOE_SIMD
    for (int t = lanes.rank(); t < chunk; t += lanes.size()) {
        Real const norm = math::sqrt(square[t * step]);
        factor[t * step] = norm > Real(0) ? Real(1) / (norm + tau * unit[t * step]) : Real(0);
    }
    for (int f = 0; f < d; ++f) {
        Real* const to = features.column(block + f);
        MOE_SIMD
        for (int t = lanes.rank(); t < chunk; t += lanes.size())
            to[t * step] *= factor[t * step];
    }
}

/// Fills the blocks behind x, which stands in the first d columns; two more columns behind all
/// blocks are working memory. Lane-local. Samples behind the first `count` are the padding of
/// a short chunk: their features need only be finite.
template <int chunk, class Real, class Lanes, class Features>
MOE_HD MOE_FLAT void derive_features(Lanes lanes, FeatureMap const& map, Features const& features,
                                     int count = chunk)
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
    if (map.cosine < 0 && map.unit < 0)
        return;
    Real* const factor = features.column(map.total + 1);
    int unsafe = 0; // of my samples; hardly ever any
    MOE_SIMD_SUM(unsafe)
    for (int t = lanes.rank(); t < count; t += lanes.size())
        unsafe += safe_square(square[t * step]) ? 0 : 1;
    auto const scaled = [&](int block, Real tau) {
        if (block < 0)
            return;
        if (unsafe > 0) {
            derive_scaled<chunk, Real>(lanes, features, d, block, tau, map.total);
            return;
        }
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
