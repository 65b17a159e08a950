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

/// Stored fits that the study `before` asked for and `now` does not, in one line: what a change
/// takes out of every table, and what stays in the store. Empty if there are none.
std::string leaving(Store const& store, Study const& before, Study const& now);

} // namespace moerate
