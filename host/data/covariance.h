#pragma once

/// @file
/// Standard errors of a least-squares fit to a user's own data.

#include "host/data/scaling.h"

#include <vector>

namespace moerate
{

class Device;

/// A fit and its data, in the units in which it was done. x and y are the device's.
struct FittedData
{
    Model model;
    std::vector<double> theta; ///< [layout.size]; forms symmetric
    int n;
    double const* x; ///< [n][d]
    double const* y; ///< [n]
};

/// Standard errors by theta [layout.size], NaN for a parameter that the data do not identify: the
/// square roots of the diagonal of T (n / (n - rank)) H^+ M H^+ T^T, the sandwich that holds
/// whatever the noise's law (Huber 1967; White 1982), H = sum_t J_t J_t^T, M = sum_t r_t^2 J_t
/// J_t^T over the samples, J_t = df(x_t)/dz by the coordinates z (kernels/lse/coordinates.h), r = f
/// - y, H^+ on the directions whose eigenvalue of H scaled to a unit diagonal is above 1e-10 of the
/// largest. T takes parameters to other units: substituted(model, theta, units). A parameter is
/// identified where its row of T lies in these directions. For a fit inside of its box. Throws
/// DeviceError.
std::vector<double> standard_errors(Device& device, FittedData const& fit, Scaling const& units);

} // namespace moerate
