#pragma once

/// @file
/// The way of least-squares fits to a minimum, on few samples. Rounds cost as much as there are
/// samples, but where a start leads to is told by far fewer: their minima lie within statistical
/// errors of those on all samples, which take some rounds from there.

#include "host/estimate/lse_rounds.h"

#include <vector>

namespace moerate
{

class Device;

/// Takes those fits of a list that have more samples than settings.search_samples > 0 to where
/// stationary_gain is left on the first so many of them, or on 4 a parameter where that is more, in
/// place on theta. Results in the order of the items, those of others without rounds. Throws
/// DeviceError.
std::vector<LseResult> search(Device& device, std::vector<LseItem<double>> const& items);

/// Puts the rounds of a search before those on all samples.
void add_search(LseResult const& before, LseResult& after);

} // namespace moerate
