#pragma once

/// @file
/// Sizes of the coordinates of a quadratic model with kinks.

#include "host/estimate/kinked_quadratic.h"

#include <vector>

namespace moerate
{

/// [p] H_ii, by whose root coordinates are scaled; of an atom whose samples are all at or below its
/// kink what the kinks that the point is on add to it beyond them; 0: the coordinate does not move.
std::vector<double> sizes_of(KinkedQuadratic const& model);

} // namespace moerate
