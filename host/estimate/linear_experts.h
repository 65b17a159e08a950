#pragma once

/// @file
/// Experts by linear least squares, for given gates.

#include "host/estimate/estimator.h"

#include <vector>

namespace moerate
{

class Device;

/// Parameters whose gates are given and whose experts are wanted.
struct LinearExperts
{
    FitProblem<double> const* problem;
    std::vector<double>* theta; ///< [layout.size] in: gates, out: experts too
};

/// Fits sum_i g_i(x) (a_i.x + b_i) to the first samples of each problem, 4 for each number that is
/// sought and at least 256, with a small ridge: the experts' directions and biases, with factors 1.
/// Experts without a direction of length d get their bias alone. Throws DeviceError.
void fit_linear_experts(Device& device, std::vector<LinearExperts> const& wanted);

} // namespace moerate
