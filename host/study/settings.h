#pragma once

/// @file
/// Dotted paths into an experiment file: --set and [sweep].

#include "host/study/document.h"

#include <string>
#include <vector>

namespace moerate
{

/// Place of the value that a dotted path names; a fit is named by its label, which may itself hold
/// dots. Throws UsageError starting with `place`. Whether the last key exists is the reader's
/// check.
Pointer locate(Document const& document, std::string const& path, std::string const& place);

/// Applies "path=value" overrides in order; a value is TOML. Throws UsageError naming the --set.
void apply_settings(Document& document, std::vector<std::string> const& settings);

} // namespace moerate
