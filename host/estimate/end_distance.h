#pragma once

/// @file
/// How the ends of a fit's starts compare.

namespace moerate
{

/// The first samples, on which the predictions of ends are compared.
constexpr int compared_samples = 256;

/// sqrt((1/m) sum_t (a_t - b_t)^2), t < m: of two ends' predictions.
double end_distance(double const* a, double const* b, int m);

/// sigma_hat^2 = n mse / (n - p); n - p is 1 at least.
double residual_variance(double mse, int n, int p);

/// n (mse - least) / sigma_hat^2 with sigma_hat^2 = n least / (n - p): how far an end's mean square
/// error is above the least one's; n - p is 1 at least. Errors below `exact_below` are alike, and
/// as large as that (exact_fit.h).
double above_least(double mse, double least, int n, int p, double exact_below = 0);

} // namespace moerate
