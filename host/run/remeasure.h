#pragma once

/// @file
/// Losses that a study asks for and stored fits lack.

#include "host/run/plan.h"

#include <functional>

namespace moerate
{

/// Outcome of remeasure.
struct Remeasured
{
    long long losses = 0;     ///< measured and stored
    long long unmeasured = 0; ///< missing, but their fits were stored without parameters
    bool stopped = false;     ///< before all cells were seen
};

/// Measures and stores, from stored parameters and without refitting, all losses of `plan` that
/// stored fits lack; one transaction a cell. Stops between cells when `stop` returns true.
Remeasured remeasure(Study const& study, Plan const& plan, Store& store, Device& device,
                     std::function<bool()> const& stop);

} // namespace moerate
