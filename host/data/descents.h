#pragma once

/// @file
/// Blind starts for an estimator that has none of its own.

#include "host/estimate/estimator.h"

#include <vector>

namespace moerate
{

class Device;

/// The best of several descents.
struct Descents
{
    std::vector<double> theta; ///< [layout.size] where it ended
    FitOutcome outcome;        ///< its own, with a record of each start
};

/// The fit of the least mean square error among `problem.starts.count` ones by `estimator`, which
/// begins once: at the blind starts of least squares (host/estimate/lse_starts.h) in its usual box.
/// A start's word is that of its status, for which `mean_square` is that of y; each is told to
/// `problem.watch`. Throws DeviceError.
Descents best_descent(Device& device, Estimator const& estimator, FitProblem<double> problem,
                      double mean_square);

} // namespace moerate
