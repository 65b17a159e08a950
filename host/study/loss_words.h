#pragma once

/// @file
/// What `moerate check` says of a curve's losses, and the words of their targets.

#include "host/study/study.h"

#include <string>

namespace moerate
{

/// A line for each loss and one for what is claimed of it, and below the last of those that share
/// them the keys of their cells.
std::string losses_text(Curve const& curve);

/// "truth" or "projection".
std::string word_of(Target target);

} // namespace moerate
