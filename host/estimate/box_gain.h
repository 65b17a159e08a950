#pragma once

/// @file
/// What is left to gain at a point inside a box.

#include "host/estimate/estimator.h"
#include "host/estimate/lse_box.h"

#include <vector>

namespace moerate
{

class Device;

/// What a Gauss-Newton step that stays in the box can take off n mse / sigma_hat^2 at theta, a
/// device's address, with `mse` and `gram` = J^T J [p][p] there. NaN where that is no Gram matrix.
/// Throws DeviceError.
double gain_left(Device& device, FitProblem<double> const& problem, Box::Bounds const& bounds,
                 double const* theta, double mse, std::vector<double> const& gram);

} // namespace moerate
