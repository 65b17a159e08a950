#pragma once

/// @file
/// From the numbers of two curves, under one truth or several, to their difference.

#include "host/rates/compare.h"
#include "host/rates/samples.h"

#include <vector>

namespace moerate
{

/// One quantity of a curve under one truth.
struct TruthNumbers
{
    int truth; ///< its number
    Numbers numbers;
    Resampling resampling;
};

/// Fills slopes, difference and ratio from the numbers of both sides, each under one truth at
/// least, or says why they are not comparable (compare.h has the rules).
void fill_sums(Comparison& result, Device& device, std::vector<TruthNumbers> const& a,
               std::vector<TruthNumbers> const& b);

} // namespace moerate
