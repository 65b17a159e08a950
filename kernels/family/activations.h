#pragma once

/// @file
/// Activations phi of the experts, and psi of the ridge score (spec.md 1.2). eval(t, power) gives
/// value and derivative together; only `power` reads its second argument.

#include "kernels/core/math.h"
#include "kernels/core/typelist.h"
#include "kernels/family/defaults.h"
#include "kernels/family/value_slope.h"

MOE_BEGIN_ISA

/// phi(t) = t. The papers' linear expert.
struct IdentityActivation : ActivationDefaults
{
    static constexpr std::string_view name = "identity";
    static constexpr std::string_view formula = "phi(t) = t";
    static constexpr std::string_view source = "003 section 3.2";
    static constexpr bool light = true;
    MOE_HD static constexpr Homogeneity homogeneity(int) { return Homogeneity::linear; }

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int)
    {
        return {t, Real(1)};
    }
};

/// phi(t) = max(t, 0), with phi'(0) = 0 (golden N3).
struct ReluActivation : ActivationDefaults
{
    static constexpr std::string_view name = "relu";
    static constexpr std::string_view formula = "phi(t) = max(t, 0), phi'(0) = 0";
    static constexpr std::string_view source = "003 section 4";
    static constexpr bool light = true;
    static constexpr bool dead_below = true;
    MOE_HD static constexpr Homogeneity homogeneity(int) { return Homogeneity::positive; }
    static constexpr bool kinked = true;

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int)
    {
        bool const live = t > Real(0);
        return {live ? t : Real(0), live ? Real(1) : Real(0)};
    }
};

/// phi(t) = t Phi(t), Phi(t) = (1 + erf(t / sqrt 2)) / 2, exact.
struct GeluActivation : ActivationDefaults
{
    static constexpr std::string_view name = "gelu";
    static constexpr std::string_view formula = "phi(t) = t (1 + erf(t / sqrt 2)) / 2";
    static constexpr std::string_view source = "002 section 3.1";

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int)
    {
        constexpr Real root_half = Real(0.70710678118654752440);
        constexpr Real density = Real(0.39894228040143267794); // 1 / sqrt(2 pi)
        Real const mass = Real(0.5) * (Real(1) + math::erf(t * root_half));
        return {t * mass, mass + t * density * math::exp(Real(-0.5) * t * t)};
    }
};

/// phi(t) = 1 / (1 + e^-t).
struct SigmoidActivation : ActivationDefaults
{
    static constexpr std::string_view name = "sigmoid";
    static constexpr std::string_view formula = "phi(t) = 1 / (1 + exp(-t))";
    static constexpr std::string_view source = "002 section 3.1";

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int)
    {
        Real const value = Real(1) / (Real(1) + math::exp(-t));
        return {value, value * (Real(1) - value)};
    }
};

/// phi(t) = t / (1 + e^-t).
struct SiluActivation : ActivationDefaults
{
    static constexpr std::string_view name = "silu";
    static constexpr std::string_view formula = "phi(t) = t / (1 + exp(-t))";
    static constexpr std::string_view source = "002 section 3.1";

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int)
    {
        ValueSlope<Real> const gate = SigmoidActivation::eval(t, 1);
        return {t * gate.value, gate.value + t * gate.slope};
    }
};

/// phi(t) = tanh(t).
struct TanhActivation : ActivationDefaults
{
    static constexpr std::string_view name = "tanh";
    static constexpr std::string_view formula = "phi(t) = tanh(t)";
    static constexpr std::string_view source = "002 section 3.1";

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int)
    {
        Real const value = math::tanh(t);
        return {value, Real(1) - value * value};
    }
};

/// phi(t) = t^p, p >= 1. Identity experts and their powers are the papers' polynomial experts.
struct PowerActivation : ActivationDefaults
{
    static constexpr std::string_view name = "power";
    static constexpr std::string_view formula = "phi(t) = t^p, p >= 1";
    static constexpr std::string_view source = "004 section 3.2";
    static constexpr bool uses_power = true;
    MOE_HD static constexpr Homogeneity homogeneity(int power)
    {
        return power == 1 ? Homogeneity::linear : Homogeneity::none;
    }

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int power)
    {
        Real below = Real(1); // t^(p-1)
        for (int i = 1; i < power; ++i)
            below *= t;
        return {below * t, static_cast<Real>(power) * below};
    }
};

#if !defined(MOE_MORE_ACTIVATIONS)
#define MOE_MORE_ACTIVATIONS ///< a test may append an activation of its own: `, TheActivation`
#endif

using Activations =
    TypeList<IdentityActivation, ReluActivation, GeluActivation, SiluActivation, TanhActivation,
             SigmoidActivation, PowerActivation MOE_MORE_ACTIVATIONS>;
static_assert(name_of<Activations>(0) == IdentityActivation::name); // RidgeScore::location_shifts

MOE_END_ISA
