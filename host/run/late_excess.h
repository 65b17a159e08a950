#pragma once

/// @file
/// The excess of stored fits whose reference was not known when they were done: a projection that
/// a loss is against only now.

#include "host/run/plan.h"

#include <set>

namespace moerate
{

class Log;
struct RunOptions;

/// What the excess of a curve's fits is of, where these are compared with `targets`: the curve's
/// own target where that is a projection, or a truth whose function the fitted class holds; else
/// the truth's projection, if it is among them.
Target yardstick_of(Curve const& curve, std::set<Target> const& targets);

/// Outcome of add_late_excess.
struct LateExcess
{
    long long fits = 0;   ///< that have an excess now
    bool stopped = false; ///< before all cells were seen
};

/// Stores excess, admissible and certified (set_excess) of all stored fits of `plan` that lack them
/// and whose yardstick is a projection. Their training data are made again, the training MSE is the
/// stored one: the numbers are those of a fit that knew its projection, to the last bit on the same
/// kind of device. In blocks, each saved in one transaction; asks options.stop before each. Throws
/// StoreError, and DeviceError where the device fails or has no memory for one fit's data.
LateExcess add_late_excess(Study const& study, Plan const& plan, Store& store, Device& device,
                           RunOptions const& options, Log& log);

} // namespace moerate
