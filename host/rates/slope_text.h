#pragma once

/// @file
/// Cells of the table of rates.

#include "host/rates/rates.h"

#include <string>

namespace moerate
{

/// "-0.512 [-0.560, -0.470]"; brackets around a slope that gets no verdict.
std::string slope_text(Slope const& slope, bool bracketed);

/// The same of a slope of the row: bracketed where its fits or it itself have a reason.
std::string slope_text(Slope const& slope, RateRow const& row);

/// A row's target, with a star where it is not what the fit estimates.
std::string target_text(RateRow const& row);

/// "-0.5", or "-0.5 \u2717" where the claim does not stand; a dash without one.
std::string theory_text(Theory const& theory);

} // namespace moerate
