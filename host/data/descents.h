#pragma once

/// @file
/// Blind starts for an estimator that has none of its own.

#include "host/estimate/estimator.h"

#include <vector>

namespace moerate
{

class Device;

/// The fit of the least mean square error among `problem.starts.count` ones by `estimator`, which
/// begins once: at the blind starts of least squares (host/estimate/lse_starts.h) in the box
/// |theta|
/// <= 10. `theta` is where the best ended; its facts have a record of each start, whose word is
/// that of its status, and tell `problem.watch`. Throws DeviceError.
struct Descents
{
    std::vector<double> theta; ///< [layout.size]
    FitOutcome outcome;
};
Descents best_descent(Device& device, Estimator const& estimator, FitProblem<double> problem,
                      double mean_square);

} // namespace moerate
