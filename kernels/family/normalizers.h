#pragma once

/// @file
/// Normalizers: from scores s_i to gate weights g_i, and an atom's mixing weight m_i (spec.md 1.1).
///
/// weights() works in place on a chunk of samples: the score of atom j at sample b stands at
/// s[j * chunk + b]; a lane touches its own samples only. `work` holds 2 * chunk numbers.
/// slope() is sum_i h_i dg_i/ds_j, the derivative of the prediction f = sum_i g_i h_i by score j.

#include "kernels/core/math.h"
#include "kernels/core/typelist.h"
#include "kernels/family/mass.h"

MOE_BEGIN_ISA

/// g_i = exp(s_i) / sum_j exp(s_j), shifted by max_j s_j: finite for all finite scores.
struct SoftmaxNormalizer
{
    static constexpr std::string_view name = "softmax";
    static constexpr std::string_view formula = "g_i = exp(s_i) / sum_j exp(s_j)";
    static constexpr std::string_view source = "002 eq 2";
    static constexpr Mass mass = Mass::exponential;

    template <int chunk, class Real, class Lanes>
    MOE_HD static void weights(Lanes lanes, Real* s, Real* work, int k)
    {
        Real* const top = work;
        Real* const sum = work + chunk;
        MOE_SIMD
        for (int b = lanes.rank(); b < chunk; b += lanes.size()) {
            top[b] = s[b];
            sum[b] = Real(0);
        }
        for (int j = 1; j < k; ++j) {
            MOE_SIMD
            for (int b = lanes.rank(); b < chunk; b += lanes.size())
                top[b] = s[j * chunk + b] > top[b] ? s[j * chunk + b] : top[b];
        }
        for (int j = 0; j < k; ++j) {
            MOE_SIMD
            for (int b = lanes.rank(); b < chunk; b += lanes.size()) {
                Real const e = math::exp(s[j * chunk + b] - top[b]);
                s[j * chunk + b] = e;
                sum[b] += e;
            }
        }
        MOE_SIMD
        for (int b = lanes.rank(); b < chunk; b += lanes.size())
            sum[b] = Real(1) / sum[b];
        for (int j = 0; j < k; ++j) {
            MOE_SIMD
            for (int b = lanes.rank(); b < chunk; b += lanes.size())
                s[j * chunk + b] *= sum[b];
        }
    }

    template <class Real>
    MOE_HD static Real slope(Real g, Real h, Real f)
    {
        return g * (h - f);
    }
};

/// g_i = 1 / (1 + exp(-s_i)); the atoms do not compete.
struct SigmoidNormalizer
{
    static constexpr std::string_view name = "sigmoid";
    static constexpr std::string_view formula = "g_i = 1 / (1 + exp(-s_i))";
    static constexpr std::string_view source = "003 eq 2";
    static constexpr Mass mass = Mass::logistic;

    template <int chunk, class Real, class Lanes>
    MOE_HD static void weights(Lanes lanes, Real* s, Real* /*work*/, int k)
    {
        for (int j = 0; j < k; ++j) {
            MOE_SIMD
            for (int b = lanes.rank(); b < chunk; b += lanes.size())
                s[j * chunk + b] = Real(1) / (Real(1) + math::exp(-s[j * chunk + b]));
        }
    }

    template <class Real>
    MOE_HD static Real slope(Real g, Real h, Real /*f*/)
    {
        return g * (Real(1) - g) * h;
    }
};

using Normalizers = TypeList<SoftmaxNormalizer, SigmoidNormalizer>;

MOE_END_ISA
