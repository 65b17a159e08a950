#pragma once

/// @file
/// Normalizers: from scores s to gate weights g_i, and an atom's mixing weight m_i (spec.md 1.1).
///
/// weights() works in place on the rows of some samples (kernels/core/sample_rows.h): score row j
/// of sample b stands at s[j * samples + b], and the weight of atom i is left in row i; a lane
/// touches its own samples only. `work` holds 4 * samples numbers. Where each score has one atom
/// (not `grouped`), slope() is sum_i h_i dg_i/ds_j, the derivative of the prediction f = sum_i g_i
/// h_i by one score.

#include "kernels/core/expect.h"
#include "kernels/core/math.h"
#include "kernels/core/sample_rows.h"
#include "kernels/core/typelist.h"
#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/family/mass.h"
#include "kernels/family/softmax_rows.h"

#include <limits>

MOE_BEGIN_ISA

/// Not inside of a function: device code cannot call infinity().
template <class Real>
constexpr Real infinite = std::numeric_limits<Real>::infinity();

/// g_i = exp(s_i) / sum_j exp(s_j).
struct SoftmaxNormalizer : NormalizerDefaults
{
    static constexpr std::string_view name = "softmax";
    static constexpr std::string_view formula = "g_i = exp(s_i) / sum_j exp(s_j)";
    static constexpr std::string_view source = "002 eq 2";
    static constexpr Mass mass = Mass::exponential;
    static constexpr bool own_rows = true;
    static constexpr bool across = true;

    template <class Rows, class Real, class Lanes>
    MOE_HD MOE_FLAT static void weights(Lanes lanes, Model const& model, Real* s, Real* work)
    {
        if constexpr (Rows::across)
            softmax_across<Rows>(s, model.k);
        else
            softmax_rows<Rows>(lanes, s, work, model.k, [](int) { return true; });
    }

    template <class Real>
    MOE_HD MOE_INLINE static Real slope(Real g, Real h, Real f)
    {
        return g * (h - f);
    }
};

/// g_i = 1 / (1 + exp(-s_i)); the atoms do not compete.
struct SigmoidNormalizer : NormalizerDefaults
{
    static constexpr std::string_view name = "sigmoid";
    static constexpr std::string_view formula = "g_i = 1 / (1 + exp(-s_i))";
    static constexpr std::string_view source = "003 eq 2";
    static constexpr Mass mass = Mass::logistic;
    static constexpr bool own_rows = true;
    static constexpr bool across = true;

    template <class Rows, class Real, class Lanes>
    MOE_HD MOE_FLAT static void weights(Lanes lanes, Model const& model, Real* s, Real* /*work*/)
    {
        constexpr int samples = Rows::samples;
        if constexpr (Rows::across) {
            Rows::all(model.k, [=](int j) MOE_INLINED { s[j] = weight(s[j]); });
            return;
        }
        Rows::each(model.k, [&](int j) {
            MOE_SIMD
            for (int b = lanes.rank(); b < samples; b += lanes.size())
                s[j * samples + b] = weight(s[j * samples + b]);
        });
    }

    template <class Real>
    MOE_HD MOE_INLINE static Real weight(Real s)
    {
        return Real(1) / (Real(1) + math::exp(-s));
    }

    template <class Real>
    MOE_HD MOE_INLINE static Real slope(Real g, Real h, Real /*f*/)
    {
        return g * (Real(1) - g) * h;
    }
};

/// Softmax over the K largest scores, 0 elsewhere. Ties go to the smaller index, and the selection
/// is constant in the gradient (golden N5).
struct TopkNormalizer : NormalizerDefaults
{
    static constexpr std::string_view name = "topk";
    static constexpr std::string_view formula =
        "g_i = exp(s_i) / sum_{j in top K} exp(s_j) in the K largest, else 0";
    static constexpr std::string_view source = "002 section 2";
    static constexpr Mass mass = Mass::exponential;
    static constexpr bool uses_top = true;
    static constexpr bool own_rows = true;

    template <class Rows, class Real, class Lanes>
    MOE_HD MOE_FLAT static void weights(Lanes lanes, Model const& model, Real* s, Real* work)
    {
        constexpr int samples = Rows::samples;
        MOE_EXPECT(1 <= model.gate.top && model.gate.top <= model.k);
        // Round r finds the best score behind that of round r - 1 (in the order of score, then
        // index); what stands behind the last round's score falls out.
        constexpr Real lowest = -infinite<Real>;
        Real* const score = work;
        Real* const index = work + samples;
        Real* const best = work + 2 * samples;
        Real* const best_index = work + 3 * samples;
        for (int b = lanes.rank(); b < samples; b += lanes.size()) {
            score[b] = -lowest;
            index[b] = Real(-1);
        }
        for (int r = 0; r < model.gate.top; ++r) {
            for (int b = lanes.rank(); b < samples; b += lanes.size())
                best[b] = lowest;
            Rows::each(model.k, [&](int j) {
                Real const at = static_cast<Real>(j);
                MOE_SIMD
                for (int b = lanes.rank(); b < samples; b += lanes.size()) {
                    Real const t = s[j * samples + b];
                    bool const open = (t < score[b]) | ((t == score[b]) & (at > index[b]));
                    bool const better = open & (t > best[b]);
                    best[b] = better ? t : best[b];
                    best_index[b] = better ? at : best_index[b];
                }
            });
            for (int b = lanes.rank(); b < samples; b += lanes.size()) {
                score[b] = best[b];
                index[b] = best_index[b];
            }
        }
        Rows::each(model.k, [&](int j) {
            Real const at = static_cast<Real>(j);
            MOE_SIMD
            for (int b = lanes.rank(); b < samples; b += lanes.size()) {
                Real const t = s[j * samples + b];
                bool const behind = (t < score[b]) | ((t == score[b]) & (at > index[b]));
                s[j * samples + b] = behind ? lowest : t;
            }
        });
        softmax_rows<Rows>(lanes, s, work, model.k, [](int) { return true; });
    }

    template <class Real>
    MOE_HD MOE_INLINE static Real slope(Real g, Real h, Real f)
    {
        return g * (h - f);
    }
};

/// The groups' blocks of a hierarchical model.
MOE_HD inline Block const* group_blocks(Model const& model)
{
    int b = 0;
    while (model.layout.block[b].role != Role::group_location)
        ++b;
    return model.layout.block + b;
}

/// g_i = softmax over groups of (omega_u.x + beta_u) at u = group(i), times softmax inside the
/// group of the atoms' own scores. Score rows: k atoms, then the groups.
struct HierarchicalNormalizer : NormalizerDefaults
{
    static constexpr std::string_view name = "hierarchical";
    static constexpr std::string_view formula =
        "g_i = softmax_u(omega_u.x + beta_u) softmax_{i in u}(kappa_i.x + nu_i)";
    static constexpr std::string_view source = "002 eq 20";
    static constexpr Mass mass = Mass::exponential;
    static constexpr bool grouped = true;
    static constexpr Parameter parameters[] = {{"w", Role::group_location, Extent::d},
                                               {"b", Role::group_bias, Extent::one}};

    /// Maps of the group scores, as a score's pack and chain.
    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* const block = group_blocks(model);
        copy_maps(lanes, model.groups, model.d, theta + block[0].offset, theta + block[1].offset,
                  to);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, MapRows<Real const> by,
                             Real* gradient)
    {
        Block const* const block = group_blocks(model);
        copy_back(lanes, model.groups, model.d, by, gradient + block[0].offset,
                  gradient + block[1].offset);
    }

    template <class Rows, class Real, class Lanes>
    MOE_HD static void weights(Lanes lanes, Model const& model, Real* s, Real* work)
    {
        constexpr int samples = Rows::samples;
        for (int u = 0; u < model.groups; ++u)
            softmax_rows<Rows>(lanes, s, work, model.k,
                               [&](int j) { return model.group_of[j] == u; });
        softmax_rows<Rows>(lanes, s + model.k * samples, work, model.groups,
                           [](int) { return true; });
        for (int i = 0; i < model.k; ++i) {
            Real const* const group = s + (model.k + model.group_of[i]) * samples;
            MOE_SIMD
            for (int b = lanes.rank(); b < samples; b += lanes.size())
                s[i * samples + b] *= group[b];
        }
    }

    /// Weights g (rows 0..k-1) and group weights p (behind them) to coefficients dL/ds, in place:
    /// with H_u = sum_{i in u} g_i h_i, atoms get r g_i (h_i - H_u / p_u), groups r (H_u - p_u f).
    template <class Rows, class Real, class Lanes>
    MOE_HD static void backward(Lanes lanes, Model const& model, Real const* residual,
                                Real const* h, Real const* f, Real* g, Real* work)
    {
        constexpr int samples = Rows::samples;
        for (int u = 0; u < model.groups; ++u) {
            Real* const group = g + (model.k + u) * samples;
            Real* const sum = work;
            Real* const mean = work + samples;
            for (int b = lanes.rank(); b < samples; b += lanes.size())
                sum[b] = Real(0);
            for (int i = 0; i < model.k; ++i) {
                MOE_SIMD
                for (int b = lanes.rank(); b < samples; b += lanes.size())
                    sum[b] +=
                        model.group_of[i] == u ? g[i * samples + b] * h[i * samples + b] : Real(0);
            }
            MOE_SIMD
            for (int b = lanes.rank(); b < samples; b += lanes.size()) {
                mean[b] =
                    group[b] > Real(0) ? sum[b] / group[b] : Real(0); // an empty group's g are 0
                group[b] = residual[b] * (sum[b] - group[b] * f[b]);
            }
            for (int i = 0; i < model.k; ++i) {
                if (model.group_of[i] != u)
                    continue;
                MOE_SIMD
                for (int b = lanes.rank(); b < samples; b += lanes.size())
                    g[i * samples + b] *= residual[b] * (h[i * samples + b] - mean[b]);
            }
        }
    }
};

#if !defined(MOE_MORE_NORMALIZERS)
#define MOE_MORE_NORMALIZERS ///< a test may append a normalizer of its own: `, TheNormalizer`
#endif
using Normalizers = TypeList<SoftmaxNormalizer, SigmoidNormalizer, TopkNormalizer,
                             HierarchicalNormalizer MOE_MORE_NORMALIZERS>;

MOE_END_ISA
