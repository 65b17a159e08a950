#pragma once

/// @file
/// What a store holds beyond its study.

#include "host/store/store.h"

#include <string>

namespace moerate
{

/// Stored fits that `study` does not ask for and that no table shows, in one line: n, labels and
/// replicates that it had before. Empty if there are none.
std::string unasked(Store const& store, Study const& study);

} // namespace moerate
