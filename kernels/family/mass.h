#pragma once

/// @file
/// Mixing weight m of an atom (spec.md 1.1, golden N2): what normalizers and losses both name.

#include "kernels/core/math.h"

namespace moerate
{

enum class Mass : int
{
    exponential, ///< m = exp(b / T): softmax, topk, hierarchical
    logistic,    ///< m = 1 / (1 + exp(-b / T)): sigmoid
};

} // namespace moerate

MOE_BEGIN_ISA

/// m of an atom with gate bias b at temperature T.
MOE_HD inline double mass_of(Mass kind, double bias, double temperature)
{
    double const e =
        math::exp(kind == Mass::exponential ? bias / temperature : -bias / temperature);
    return kind == Mass::exponential ? e : 1.0 / (1.0 + e);
}

/// Bias of an atom with weight m at temperature T, the inverse of mass_of.
MOE_HD inline double bias_of(Mass kind, double mass, double temperature)
{
    return temperature * math::log(kind == Mass::exponential ? mass : mass / (1.0 - mass));
}

MOE_END_ISA
