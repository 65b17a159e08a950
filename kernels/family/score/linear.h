#pragma once

#include "kernels/core/rows.h"
#include "kernels/family/defaults.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// s_i(x) = w_i.x + b_i, phi(x) = x. Parameters: w (k x d), b (k).
struct LinearScore : ScoreDefaults
{
    static constexpr std::string_view name = "linear";
    static constexpr std::string_view formula = "s_i(x) = w_i.x + b_i";
    static constexpr std::string_view source = "002 eq 2, 003 eq 2";
    static constexpr Parameter parameters[] = {{"w", Role::location, Extent::d},
                                               {"b", Role::bias, Extent::one}};
    static constexpr unsigned features = feature_x;
    static constexpr bool copied_maps = true;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, Real* w, int stride,
                            Real* c)
    {
        Block const* block = model.layout.block;
        copy_rows(lanes, model.k, model.d, theta + block[0].offset, model.d, w, stride);
        copy_rows(lanes, 1, model.k, theta + block[1].offset, model.k, c, model.k);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/, Real const* w,
                             int stride, Real const* c, Real* gradient)
    {
        Block const* block = model.layout.block;
        copy_rows(lanes, model.k, model.d, w, stride, gradient + block[0].offset, model.d);
        copy_rows(lanes, 1, model.k, c, model.k, gradient + block[1].offset, model.k);
    }
};

/// s_i(x) = psi(w_i.x) + b_i, psi an activation. The map is w_i.x; psi and b come after it.
struct RidgeScore : LinearScore
{
    static constexpr std::string_view name = "ridge";
    static constexpr std::string_view formula = "s_i(x) = psi(w_i.x) + b_i";
    static constexpr std::string_view source = "002 section 3.2";
    static constexpr bool uses_activation = true;
    static constexpr bool copied_maps = false; // of the scores: psi stands behind the map

    /// Only psi = identity is linear in w.
    MOE_HD static constexpr bool location_shifts(GateSpec const& gate)
    {
        return gate.activation == 0; // Activations starts with the identity (static_assert there)
    }
};

/// s_i(x) = -|x - w_i|^2 + b_i = 2 w_i.x - |x|^2 - |w_i|^2 + b_i, phi(x) = (x, |x|^2).
struct EuclideanScore : ScoreDefaults
{
    static constexpr std::string_view name = "euclidean";
    static constexpr std::string_view formula = "s_i(x) = -|x - w_i|^2 + b_i";
    static constexpr std::string_view source = "follow-up literature";
    static constexpr Parameter parameters[] = {{"w", Role::location, Extent::d},
                                               {"b", Role::bias, Extent::one}};
    static constexpr unsigned features = feature_x | feature_square;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return false; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, Real* w, int stride,
                            Real* c)
    {
        Block const* block = model.layout.block;
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            Real const* const at = theta + block[0].offset + i * model.d;
            Real square = Real(0);
            MOE_SIMD_SUM(square)
            for (int f = 0; f < model.d; ++f) {
                w[i * stride + f] = Real(2) * at[f];
                square += at[f] * at[f];
            }
            w[i * stride + model.d] = Real(-1);
            c[i] = theta[block[1].offset + i] - square;
        }
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* theta, Real const* w,
                             int stride, Real const* c, Real* gradient)
    {
        Block const* block = model.layout.block;
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            int const at = block[0].offset + i * model.d;
            MOE_SIMD
            for (int f = 0; f < model.d; ++f)
                gradient[at + f] = Real(2) * (w[i * stride + f] - theta[at + f] * c[i]);
            gradient[block[1].offset + i] = c[i];
        }
    }
};

MOE_END_ISA
