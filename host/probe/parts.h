#pragma once

/// @file
/// Blocks of a measure as vectors.

#include "host/measure/measure_json.h"

#include <string>
#include <vector>

namespace moerate
{

using Numbers = std::vector<double>;

/// One row (atom, group) of a block.
Numbers part(Measure const& of, Block const& block, int row);
double norm(Numbers const& v);
Numbers minus(Numbers a, Numbers const& b);
Numbers times(double c, Numbers v);
/// Whether a and b differ by at most 1e-6 of 1 + |a|.
bool near(Numbers const& a, Numbers const& b);
/// The block's key, b_e for the expert's b.
std::string name_of(Block const& block);
/// "(0.1, -2)", or the number alone; 4 digits.
std::string shown(Numbers const& v);

} // namespace moerate
