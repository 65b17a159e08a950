#pragma once

/// @file
/// What one replicate of a curve needs at least, without making it.

#include "host/study/study.h"

#include <cstddef>
#include <string>

namespace moerate
{

/// Most bytes of one replicate: all of it stands in the memory of one device, and no machine has
/// more than some TB.
constexpr std::size_t most_bytes = std::size_t{1} << 44;

/// Device memory, in bytes, of numbers by the thousand: records and lists of tasks are left out.
std::size_t point_bytes(Study const& study, Curve const& curve); ///< the truth and its points
std::size_t data_bytes(Curve const& curve, int n);               ///< one data set
std::size_t fit_bytes(Curve const& curve);                       ///< one fit on it
/// One stored fit's `losses` at all its points: these in float64, and the tasks; the truth's
/// parameters left out.
std::size_t loss_bytes(Curve const& curve, std::size_t losses);

/// Refuses a curve whose replicate no machine can hold at its largest n, and models too large to be
/// compared; `what` starts the message. Throws UsageError.
void check_sizes(Study const& study, Curve const& curve, std::string const& what);

} // namespace moerate
