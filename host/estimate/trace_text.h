#pragma once

/// @file
/// The rounds of a fit as text (docs/store.md).

#include "host/estimate/estimator.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace moerate
{

/// One JSON object a line: the rounds of each start in their order, and behind them how it ended.
/// `head` says in each line which fit it is. Empty where the fit was not traced.
std::string trace_lines(nlohmann::ordered_json const& head, FitFacts const& facts);

} // namespace moerate
