#pragma once

/// @file
/// How many samples the search for a projection needs.

#include "host/study/study.h"

#include <cstdint>

namespace moerate
{

/// Samples of [target] that keep misfit sqrt(n / samples) <= 0.1 sigma at n = the study's largest:
/// then the projection on samples is off by less than a tenth of what fits are off by their noise.
std::int64_t samples_needed(Study const& study, Curve const& curve, double misfit);

/// Throws UsageError naming file, key and the samples needed if study.search.samples are too few.
void check_samples(Study const& study, Curve const& curve, double misfit);

} // namespace moerate
