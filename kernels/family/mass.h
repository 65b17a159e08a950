#pragma once

/// @file
/// Mixing weight m of an atom (spec.md 1.1, golden N2): what normalizers and losses both name.

#include "kernels/core/wide.h"

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
MOE_HD inline Wide mass_of(Mass kind, double bias, double temperature)
{
    if (kind == Mass::exponential)
        return Wide::exp(bias / temperature);
    return 1.0 / (1.0 + math::exp(-bias / temperature));
}

/// Bias of one of `count` atoms that together have the mass of an atom with bias b, in equal
/// shares, at temperature T. Finite for every finite b.
MOE_HD inline double shared_bias(Mass kind, double bias, int count, double temperature)
{
    constexpr double vanishing = -700; // of b / T: m = exp(b / T) to the last bit, and almost 0
    if (kind == Mass::exponential || bias / temperature < vanishing)
        return bias - temperature * math::log(static_cast<double>(count));
    double const share = 1.0 / (1.0 + math::exp(-bias / temperature)) / count;
    return temperature * math::log(share / (1.0 - share));
}

MOE_END_ISA
