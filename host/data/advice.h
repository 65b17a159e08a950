#pragma once

/// @file
/// What a fit to a user's own data should be read with.

#include "host/data/covariance.h"

#include <string>
#include <vector>

namespace moerate
{

/// Notes on inputs: constant ones, fewer samples than parameters.
std::vector<std::string> notes_on_inputs(int d, int n, double const* x, int parameters);

/// Notes on atoms, by their responses at the samples: those that contribute nothing, and pairs with
/// equal responses. Root mean squares below a thousandth of the prediction's count as 0. Throws
/// DeviceError.
std::vector<std::string> notes_on_atoms(Device& device, FittedData const& fit);

} // namespace moerate
