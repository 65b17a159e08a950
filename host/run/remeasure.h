#pragma once

/// @file
/// Losses that a study asks for and stored fits lack.

#include "host/run/plan.h"

namespace moerate
{

class Log;
struct RunOptions;

/// Outcome of remeasure.
struct Remeasured
{
    long long losses = 0;     ///< measured and stored
    long long unmeasured = 0; ///< missing, but their fits were stored without parameters
    bool stopped = false;     ///< before all cells were seen
};

/// Measures and stores, from stored parameters and without refitting, all losses of `plan` that
/// stored fits lack, in blocks as those of fits (BlockSize), each saved in one transaction. Asks
/// options.stop before each block, and once a cell that has none. Throws StoreError, and
/// DeviceError where the device fails or has no memory for one fit's losses.
Remeasured remeasure(Study const& study, Plan const& plan, Store& store, Device& device,
                     RunOptions const& options, Log& log);

} // namespace moerate
