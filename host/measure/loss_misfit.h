#pragma once

/// @file
/// Which losses a gate takes, in words.

#include "kernels/spec/model.h"

#include <string>

namespace moerate
{

/// Why a loss is refused for a fitted gate, behind the key "loss": "names softmax.L1 (its mixing
/// weights ...) choose from: ...". Empty where it fits.
std::string loss_misfit(int loss, GateSpec const& gate);

} // namespace moerate
