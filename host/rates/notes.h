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

/// What a reader of these rows must know, one note for all rows that share it.
std::string notes_text(std::vector<RateRow> const& rows);

} // namespace moerate
