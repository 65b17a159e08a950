#pragma once

/// @file
/// Powers of n that are given without their minus.

#include "host/study/document.h"
#include "host/study/study.h"

#include <vector>

namespace moerate
{

/// Warnings of slopes and exponents above 0, in tables and in a sweep: rates are written as slopes,
/// n^-1/2 is -0.5. `document` must be one that was read as a study.
std::vector<Warning> sign_slips(Document const& document);

} // namespace moerate
