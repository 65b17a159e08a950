#pragma once

/// @file
/// One stored fit for people and for other commands.

#include "host/run/replay.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

/// The fit that three words of the command line name: label, n, replicate. Throws UsageError naming
/// the `option`.
FitName fit_name(std::vector<std::string> const& words, std::string const& option);

/// Its facts, its losses by part and by atom, and its parameters beside the truth's, the atoms by
/// the cells of its first loss.
std::string fit_text(Study const& study, StoredFit const& fit);

/// The same as an array of cases that both `eval` and `loss` take, one a loss: the fit as "measure"
/// and "fitted", the loss's reference as "true", with the training data as "x" and "y" where `data`
/// says so, and all that is stored of the fit as "expected", which the commands ignore.
nlohmann::ordered_json fit_cases(Study const& study, StoredFit const& fit, bool data);

} // namespace moerate
