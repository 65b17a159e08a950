#pragma once

/// @file
/// What `moerate check` says of where a curve's fits begin.

#include "host/study/study.h"

#include <string>

namespace moerate
{

/// Where the given start is, whether it has the f of what it is named after, and what extra atoms
/// and further starts there are.
std::string start_text(Curve const& curve);

} // namespace moerate
