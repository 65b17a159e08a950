#pragma once

/// @file
/// Labels tell curves apart.

#include "host/study/document.h"
#include "host/study/study.h"

namespace moerate
{

/// Refuses labels of [[fit]] tables that are missing, name nothing, or are there twice. The
/// document must have a list of fits. Throws UsageError.
void check_fit_labels(Document const& document);

/// Refuses two curves of one label, which a sweep or several truths may make. Throws UsageError.
void check_curve_labels(Document const& document, Study const& study);

} // namespace moerate
