#pragma once

/// @file
/// The manual's tables of an experiment file: all keys that its readers declare.

#include "host/measure/keys.h"

#include <vector>

namespace moerate
{

/// All tables of an experiment file, in the order of the manual: the law of the data first.
std::vector<KeyTable> experiment_keys();

/// How [sweep] and --set name keys: a paragraph a line.
std::string const& paths_text();

} // namespace moerate
