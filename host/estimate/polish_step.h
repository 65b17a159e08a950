#pragma once

/// @file
/// What a fit with kinks does next: numbers on the host only.

#include "host/estimate/polish_wave.h"

namespace moerate
{

/// The trial becomes the point.
void take_trial(PolishFit& fit);

/// Finds the next trial from a point whose gradient, J^T J and kinks are known. False: the fit has
/// ended, and `on` is known.
bool find_trial(PolishFit& fit);

} // namespace moerate
