#pragma once

/// @file
/// What a fit to a user's own data should be read with.

#include "host/data/covariance.h"
#include "host/data/regression.h"

#include <string>
#include <vector>

namespace moerate
{

/// Notes on inputs: constant ones, ones whose size is far from 1 as they are fitted (`fitted`
/// [n][d]: standardised as far as the model allows), fewer samples than parameters.
std::vector<std::string> notes_on_inputs(DataTable const& table, std::vector<double> const& fitted,
                                         int parameters);

/// Notes on how a fit ended: above its start, above f = 0, on the box.
std::vector<std::string> notes_on_end(Regression const& fit, RegressionSpec const& spec,
                                      std::vector<double> const& y);

/// Notes on atoms, by their responses at the samples: those that contribute nothing, and pairs with
/// equal responses; a fit that is 0 itself. Root mean squares below a thousandth of the
/// prediction's count as 0. Throws DeviceError.
std::vector<std::string> notes_on_atoms(Device& device, FittedData const& fit);

} // namespace moerate
