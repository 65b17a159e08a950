#pragma once

#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
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
    static constexpr bool single_maps = true;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = model.layout.block;
        copy_maps(lanes, model.k, model.d, theta + block[0].offset, theta + block[1].offset, to);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/,
                             MapRows<Real const> by, Real* gradient)
    {
        Block const* block = model.layout.block;
        copy_back(lanes, model.k, model.d, by, gradient + block[0].offset,
                  gradient + block[1].offset);
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
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = model.layout.block;
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            Real const* const at = theta + block[0].offset + i * model.d;
            Real* const row = to.row(i);
            Real square = Real(0);
            MOE_SIMD_SUM(square)
            for (int f = 0; f < model.d; ++f) {
                row[f] = Real(2) * at[f];
                square += at[f] * at[f];
            }
            row[model.d] = Real(-1);
            to.c[i] = theta[block[1].offset + i] - square;
        }
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* theta,
                             MapRows<Real const> by, Real* gradient)
    {
        Block const* block = model.layout.block;
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            int const at = block[0].offset + i * model.d;
            MOE_SIMD
            for (int f = 0; f < model.d; ++f)
                gradient[at + f] = Real(2) * (by.row(i)[f] - theta[at + f] * by.c[i]);
            gradient[block[1].offset + i] = by.c[i];
        }
    }
};

MOE_END_ISA
