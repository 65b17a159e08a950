#pragma once

/// @file
/// What a user should know of a curve before it is run.

#include "host/study/study.h"

#include <string>
#include <vector>

namespace moerate
{

/// Lines of `check` on a curve: theorems that do not apply to the drawn truth, targets that the
/// fitted family does not hold, losses that are no distance, keys that do another thing than they
/// seem to. Empty where there is nothing to say.
std::string curve_notes(Study const& study, Curve const& curve);

/// Warnings of curves whose truth, at some n, lies where no fit of their estimator can be: all that
/// is measured would be of the estimator's bounds. One a curve; `place` says where
/// the experiment file names the estimator's settings.
std::vector<Warning> truths_out_of_reach(Study const& study, std::string const& place);

} // namespace moerate
