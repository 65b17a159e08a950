#pragma once

/// @file
/// Which losses a gate takes, in words.

#include "host/measure/reader.h"
#include "kernels/spec/model.h"

#include <string>

namespace moerate
{

/// Why a loss is refused for a fitted gate, behind the key "loss": "names softmax.L1 (its mixing
/// weights ...) choose from: ...". Empty where it fits.
std::string loss_misfit(int loss, GateSpec const& gate);

/// The powers r of losses that can be meant, and why no others.
constexpr Bounds meant_powers = between(0.01, 100);
constexpr char const* why_such_powers =
    "distances to such a power are all 1, or leave the numbers that there are";

} // namespace moerate
