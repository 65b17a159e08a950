#pragma once

#include "kernels/core/norm.h"
#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// s_i(x) = w_i.x / ((|w_i| + tau1) (|x| + tau2)) + b_i, phi(x) = x / (|x| + tau2). tau1 = tau2 = 0
/// is the vanilla router, where 0/0 is taken as 0 (golden N4).
struct CosineScore : ScoreDefaults
{
    static constexpr std::string_view name = "cosine";
    static constexpr std::string_view formula =
        "s_i(x) = w_i.x / ((|w_i| + tau1) (|x| + tau2)) + b_i";
    static constexpr std::string_view source = "004 eq 2 (tau1 = tau2 = 0), eq 8";
    static constexpr Parameter parameters[] = {{"w", Role::location, Extent::d},
                                               {"b", Role::bias, Extent::one}};
    static constexpr unsigned features = feature_cosine;
    static constexpr bool uses_tau = true;

    /// The score is linear in u = w / (|w| + tau1), and every small shift of u is reached if tau1 >
    /// 0.
    MOE_HD static constexpr bool location_shifts(GateSpec const& gate) { return gate.tau1 > 0; }
    /// The shift moves u, not w itself.
    MOE_HD static constexpr bool shifts_direction(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = model.layout.block;
        Real const tau = static_cast<Real>(model.gate.tau1);
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            Real const* const at = theta + block[0].offset + i * model.d;
            auto const [length, unit] = norm(at, model.d);
            Real const shifted = length + tau * unit;
            Real const factor = shifted > Real(0) ? Real(1) / shifted : Real(0);
            MOE_SIMD
            for (int f = 0; f < model.d; ++f)
                to.row(i)[f] = at[f] * unit * factor;
            to.c[i] = theta[block[1].offset + i];
        }
    }

    /// du_a/dw_b = delta_ab / (|w| + tau1) - w_a w_b / (|w| (|w| + tau1)^2); at w = 0 the second
    /// term is 0. All of it for unit w and unit tau1, where u is the same and the slope by w unit
    /// times as large.
    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* theta,
                             MapRows<Real const> by, Real* gradient)
    {
        Block const* block = model.layout.block;
        Real const tau = static_cast<Real>(model.gate.tau1);
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            int const at = block[0].offset + i * model.d;
            auto const [length, unit] = norm(theta + at, model.d);
            Real const shifted = length + tau * unit;
            Real const factor = shifted > Real(0) ? Real(1) / shifted : Real(0);
            Real along = Real(0);
            MOE_SIMD_SUM(along)
            for (int f = 0; f < model.d; ++f)
                along += theta[at + f] * unit * by.row(i)[f];
            Real const radial = length > Real(0) ? along * factor * factor / length : Real(0);
            MOE_SIMD
            for (int f = 0; f < model.d; ++f)
                gradient[at + f] = (by.row(i)[f] * factor - theta[at + f] * unit * radial) * unit;
            gradient[block[1].offset + i] = by.c[i];
        }
    }

private:
    template <class Real>
    MOE_HD static ScaledNorm<Real> norm(Real const* w, int d)
    {
        Real square = Real(0);
        MOE_SIMD_SUM(square)
        for (int f = 0; f < d; ++f)
            square += w[f] * w[f];
        return scaled_norm(square, d, [=](int f) { return w[f]; });
    }
};

MOE_END_ISA
