#pragma once

/// @file
/// What a member of an axis is where it says nothing: it inherits these and overrides what it has.
/// What every member must say for itself (name, formula, source, parameters, ...) stands at its
/// axis.

#include "kernels/core/hd.h"
#include "kernels/spec/model.h"

#include <array>

MOE_BEGIN_ISA

/// A score s = (W.phi(x) + c) / T, whose maps are computed from theta.
struct ScoreDefaults
{
    static constexpr bool uses_activation = false; ///< s = (psi(W.phi) + c) / T by gate.activation
    static constexpr bool uses_tau = false;        ///< reads gate.tau1 and gate.tau2
    static constexpr bool copied_maps = false;     ///< pack and chain only copy
    static constexpr bool single_maps = false; ///< chain: an entry of theta has one of the maps'
    static constexpr bool summed_maps = false; ///< an entry of the maps is one of theta's or the sum
                                               ///< of two, which each_entry names
    static constexpr int revision = 1; ///< of pack and chain on a CPU: one more where their sums
                                       ///< take another order, for runs say what they round by

    /// Whether the common shift that location_shifts allows is one of w / (|w| + tau1), not of w.
    MOE_HD static constexpr bool shifts_direction(GateSpec const&) { return false; }
};

/// An expert form h = phi(W.phi(x) + c), whose maps are computed from theta.
struct ExpertDefaults
{
    static constexpr bool uses_activation = true; ///< phi = expert.activation, else h = z
    static constexpr bool factor = false;         ///< h = lambda phi(z), lambda the third block
    static constexpr bool copied_maps = false;    ///< pack and chain only copy
    static constexpr bool single_maps = false;    ///< chain: an entry of theta has one of the maps'
};

/// Which factors pass through an activation: phi(c t) = c phi(t).
enum class Homogeneity : int
{
    none,
    positive, ///< all c >= 0
    linear,   ///< all c
};

struct ActivationDefaults
{
    static constexpr bool uses_power = false; ///< eval reads its second argument
    static constexpr bool light = false;      ///< eval is a few instructions
    static constexpr bool dead_below = false; ///< phi(t) = 0 for all t <= 0
    MOE_HD static constexpr Homogeneity homogeneity(int /*power*/) { return Homogeneity::none; }
    static constexpr bool kinked = false; ///< the derivative jumps at t = 0
};

/// A normalizer over the atoms alone.
struct NormalizerDefaults
{
    static constexpr bool grouped = false;  ///< atoms stand in groups, which have scores, too
    static constexpr bool uses_top = false; ///< reads gate.top
    static constexpr bool own_rows = false; ///< weights() goes over rows by Rows::each alone
    static constexpr bool across = false;   ///< weights() of AcrossRows: lowest scores behind them
                                            ///< become 0
    static constexpr std::array<Parameter, 0> parameters{};
};

MOE_END_ISA
