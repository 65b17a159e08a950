#pragma once

/// @file
/// What a user should know of a curve before it is run.

#include "host/study/study.h"

#include <string>

namespace moerate
{

/// Lines of `check` on a curve: theorems that do not apply to the drawn truth, targets that the
/// fitted family does not hold, losses that are no distance, keys that do another thing than they
/// seem to. Empty where there is nothing to say.
std::string curve_notes(Study const& study, Curve const& curve);

} // namespace moerate
