#pragma once

/// @file
/// How far apart the ends of a fit's starts are.

namespace moerate
{

/// The first samples, on which the predictions of ends are compared.
constexpr int compared_samples = 256;

/// sqrt((1/m) sum_t (a_t - b_t)^2), t < m: of two ends' predictions.
double end_distance(double const* a, double const* b, int m);

} // namespace moerate
