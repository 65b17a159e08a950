#pragma once

/// @file
/// What `moerate check` says of a curve's losses.

#include "host/study/study.h"

#include <string>

namespace moerate
{

/// A line for each loss and one for what is claimed of it, and below the last of those that share
/// them the keys of their cells.
std::string losses_text(Curve const& curve);

} // namespace moerate
