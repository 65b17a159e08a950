#pragma once

/// @file
/// Keys of an experiment file that are allowed, and change nothing that is measured.

#include "host/study/study.h"
#include "host/study/sweep.h"

#include <string>
#include <vector>

namespace moerate
{

/// Warnings of keys that no curve of the study has a use for, of the document that it was read
/// from. They are no errors: stores were begun with them, and go on. Values that are the default's
/// are not told: resolved files have them all.
std::vector<Warning> idle_keys(Document const& document, std::vector<SweptKey> const& sweep,
                               Study const& study);

} // namespace moerate
