#pragma once

/// @file
/// Ends of least-squares fits whose objective has kinks: its minima often lie on them, where the
/// gradient does not vanish and Levenberg-Marquardt is stuck.

#include "host/estimate/lse_rounds.h"

#include <vector>

namespace moerate
{

class Device;

/// Goes on with those fits of a list that ended short of a minimum and whose experts have a kink,
/// in place on theta: rounds as those of run_rounds, with steps that know the kinks nearby
/// (kinked_quadratic.h). What is left to gain at the end is by that model, too; where it is at most
/// stationary_gain and the fit is on kinks, it ends as LseEnd::kink. Results in the order of the
/// items; those of other fits stay as they are. Throws DeviceError.
void polish(Device& device, std::vector<LseItem<double>> const& items,
            std::vector<LseResult>& results);

} // namespace moerate
