#pragma once

/// @file
/// Curvature of a least-squares objective, its residuals' part included.

#include "host/estimate/lse_box.h"

#include <vector>

namespace moerate
{

class Device;

/// The objective (1/2n) sum (y - f(x))^2. Addresses are the device's.
struct Objective
{
    Model model;
    int n;
    double const* x; ///< [n][d]
    double const* y; ///< [n]
};

/// The smallest eigenvalue of the objective's Hessian by the coordinates
/// (kernels/lse/coordinates.h) that are on no bound, but for as many of the least in size as J^T J
/// (`gram`, [p][p]) has flat directions among these: along them f, and so the objective, does not
/// change. NaN where no other is left, or a gradient is not finite.
///
/// J^T J alone is not the Hessian where residuals do not vanish. It is worked out by differences of
/// exact gradients, over 2e-4 of a coordinate's size (at least of 1); where the activation has a
/// kink over 2e-2, so that enough samples cross it for the curvature of the law of x. Throws
/// DeviceError.
double least_curvature(Device& device, Objective const& objective, Box::Bounds const& bounds,
                       std::vector<double> const& theta, std::vector<double> const& gram);

} // namespace moerate
