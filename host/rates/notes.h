#pragma once

/// @file
/// The notes below a table of rates.

#include "host/rates/rates.h"

#include <string>
#include <vector>

namespace moerate
{

/// "softmax.L2r r=1 gauge=none": a row's loss, with what is not as always.
std::string loss_text(RateRow const& row);

/// The same with what the loss is against, where that is not the truth: "softmax.L1 to projection".
std::string loss_target_text(RateRow const& row);
std::string loss_target_text(LossKey const& key);

/// Why a loss against the truth is not of what the fit estimates: the fitted class has not the
/// truth's parameters; `function`: but by others its f (function_held).
std::string off_target_text(Model const& fitted, Model const& truth, bool function);

/// What a reader of these rows must know, one note for all rows that share it.
std::string notes_text(std::vector<RateRow> const& rows);

} // namespace moerate
