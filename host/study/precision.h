#pragma once

/// @file
/// Whether the precision of a fit holds the numbers that its study asks for.

#include "host/measure/reader.h"
#include "host/study/study.h"

namespace moerate
{

/// The tables that a curve was read from, for messages.
struct CurveTables
{
    Reader& data;
    Reader& truth;
    Reader& fit;
    Reader& start;
};

/// Refuses values that become 0 or leave the finite numbers in the curve's precision, alone or in
/// the products that the kernels make of them: noise, truth, start; an estimator checks its own. n:
/// the study's smallest and largest. Throws UsageError naming key, value and limits.
void check_precision(Curve const& curve, int smallest_n, int largest_n, CurveTables const& tables);

} // namespace moerate
