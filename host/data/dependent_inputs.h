#pragma once

/// @file
/// Inputs whose coefficients no data can tell.

#include "host/data/table.h"

#include <vector>

namespace moerate
{

/// A column that is constant, or a linear combination of others and a constant.
struct DependentInput
{
    int column = 0; ///< counted from 0
    std::vector<int>
        others; ///< earlier columns with a part in it, ascending; empty: it is constant
};

/// Those of a table, ascending: what earlier columns and a constant leave of such a column is less
/// than 1e-6 of its spread.
std::vector<DependentInput> dependent_inputs(DataTable const& table);

} // namespace moerate
