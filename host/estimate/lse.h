#pragma once

/// @file
/// The estimator "lse": least squares in a box, from several starts, with what certifies the
/// minimum that was found.

#include "host/estimate/estimators.h"

namespace moerate
{

/// argmin (1/n) sum (y - f(x))^2 over a box, by Levenberg-Marquardt (lse_rounds.h) from each of a
/// fit's starts; the lowest end is the fit. An iteration is a round of the start that led there.
EstimatorKind lse_kind();

} // namespace moerate
