#pragma once

/// @file
/// Softmax over rows, which several normalizers have.

#include "kernels/core/math.h"
#include "kernels/core/sample_rows.h"

MOE_BEGIN_ISA

/// Softmax over the rows for which in(j) holds, in place, shifted by their largest score: finite
/// for all finite scores. There may be none. Lane-local.
template <class Rows, class Real, class Lanes, class In>
MOE_HD MOE_FLAT void softmax_rows(Lanes lanes, Real* s, Real* work, int rows, In const& in)
{
    constexpr int samples = Rows::samples;
    Real* const top = work;
    Real* const sum = work + samples;
    int first = 0;
    while (first < rows && !in(first))
        ++first;
    if (first == rows)
        return;
    MOE_SIMD
    for (int b = lanes.rank(); b < samples; b += lanes.size()) {
        top[b] = s[first * samples + b];
        sum[b] = Real(0);
    }
    Rows::each(rows, [&](int j) {
        if (j <= first || !in(j))
            return;
        MOE_SIMD
        for (int b = lanes.rank(); b < samples; b += lanes.size())
            top[b] = s[j * samples + b] > top[b] ? s[j * samples + b] : top[b];
    });
    Rows::each(rows, [&](int j) {
        if (j < first || !in(j))
            return;
        MOE_SIMD
        for (int b = lanes.rank(); b < samples; b += lanes.size()) {
            Real const e = math::exp(s[j * samples + b] - top[b]);
            s[j * samples + b] = e;
            sum[b] += e;
        }
    });
    MOE_SIMD
    for (int b = lanes.rank(); b < samples; b += lanes.size())
        sum[b] = Real(1) / sum[b];
    Rows::each(rows, [&](int j) {
        if (j < first || !in(j))
            return;
        MOE_SIMD
        for (int b = lanes.rank(); b < samples; b += lanes.size())
            s[j * samples + b] *= sum[b];
    });
}

/// The same over all rows of one sample, the same numbers: the scores behind them are the lowest.
template <class Rows, class Real>
void softmax_across(Real* s, int rows)
{
    Real best[4] = {s[0], s[1], s[2], s[3]};
    for (int j = 4; j < rows; j += 4)
        for (int i = 0; i < 4; ++i)
            best[i] = s[j + i] > best[i] ? s[j + i] : best[i];
    Real const even = best[2] > best[0] ? best[2] : best[0];
    Real const odd = best[3] > best[1] ? best[3] : best[1];
    Real const top = odd > even ? odd : even;
    Rows::all(rows, [=](int j) MOE_INLINED { s[j] = math::exp(s[j] - top); });
    Real sum = Real(0);
    for (int j = 0; j < rows; ++j)
        sum += s[j];
    Real const inverse = Real(1) / sum;
    Rows::all(rows, [=](int j) MOE_INLINED { s[j] *= inverse; });
}

MOE_END_ISA
