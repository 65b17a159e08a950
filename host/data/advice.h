#pragma once

/// @file
/// What a fit to a user's own data should be read with.

#include "host/data/covariance.h"
#include "host/data/regression.h"

#include <string>
#include <vector>

namespace moerate
{

/// Notes on inputs: constant ones, ones that depend linearly on others, ones whose size is far from
/// 1 as they are fitted (`fitted` [n][d]: standardised as far as the model allows), fewer samples
/// than parameters.
std::vector<std::string> notes_on_inputs(DataTable const& table, std::vector<double> const& fitted,
                                         int parameters);

/// Notes on how a fit ended: above its start, above f = 0, on the box.
std::vector<std::string> notes_on_end(Regression const& fit, RegressionSpec const& spec,
                                      DataTable const& table);

/// Notes on atoms, by their responses at the samples: those that contribute nothing, and pairs of
/// others with one expert whose gates are proportional or have a constant sum, so that one atom can
/// do what both do. A part of f counts as nothing where its root mean square is below a thousandth
/// of f's standard deviation and its sum of squares below `mse`, the fit's, so that leaving it out
/// raises n MSE / mse by less than 1. Throws DeviceError.
std::vector<std::string> notes_on_atoms(Device& device, FittedData const& fit, double mse);

} // namespace moerate
