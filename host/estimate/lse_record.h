#pragma once

/// @file
/// What least squares tells of one of a fit's starts, in the words and units of estimator.h.

#include "host/estimate/estimator.h"
#include "host/estimate/lse_rounds.h"

namespace moerate
{

/// Word of an end, in the store and in tables.
char const* word_of(LseEnd end);

/// Whether the start had a finite MSE, and so the end.
bool finite_end(LseResult const& end);

/// Start number `start` (from 0) of a problem and its end, with its rounds where the problem is
/// traced; `above` and `distance`, which ask for the other ends, are not in it yet.
StartRecord record_of(FitProblem<double> const& problem, int start, LseResult const& end);

} // namespace moerate
