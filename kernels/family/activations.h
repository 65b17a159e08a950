#pragma once

/// @file
/// Activations phi of the experts, and of the ridge score (spec.md 1.2).

#include "kernels/core/typelist.h"

MOE_BEGIN_ISA

/// A function's value and derivative at one point, always computed together.
template <class Real>
struct ValueSlope
{
    Real value;
    Real slope;
};

/// phi(t) = t. The papers' linear expert.
struct IdentityActivation
{
    static constexpr std::string_view name = "identity";
    static constexpr std::string_view formula = "phi(t) = t";
    static constexpr std::string_view source = "003 section 3.2";

    template <class Real>
    MOE_HD static ValueSlope<Real> eval(Real t)
    {
        return {t, Real(1)};
    }
};

/// phi(t) = max(t, 0), with phi'(0) = 0.
struct ReluActivation
{
    static constexpr std::string_view name = "relu";
    static constexpr std::string_view formula = "phi(t) = max(t, 0), phi'(0) = 0";
    static constexpr std::string_view source = "003 section 4";

    template <class Real>
    MOE_HD static ValueSlope<Real> eval(Real t)
    {
        bool const live = t > Real(0);
        return {live ? t : Real(0), live ? Real(1) : Real(0)};
    }
};

using Activations = TypeList<IdentityActivation, ReluActivation>;

MOE_END_ISA
