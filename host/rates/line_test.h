#pragma once

/// @file
/// Whether a curve over n is one line on logarithmic axes, and from where on it is flat.

#include "host/rates/contrast.h"

#include <optional>

namespace moerate
{

/// How far a curve is from one line.
struct LackOfFit
{
    double p = 1;         ///< of the test below
    int n = 0;            ///< where the studentized residual is largest
    double residual = 0;  ///< of the logarithm there
    double deviation = 0; ///< its standard deviation
};

/// Test of H0: log statistic = a + b log n + noise that has mean 0 and at each n its own variance.
/// Its statistic is the largest studentized residual of the least squares line, each made a normal
/// deviate by its own degrees of freedom (interval.h); the null distribution is that of the draws'
/// residuals about those of the data, p = (1 + draws that reach it) / (1 + draws). None for fewer
/// than three n or two replicates, and where nothing varies. docs/validation.md has the share of
/// straight curves that it rejects.
std::optional<LackOfFit> lack_of_fit(LogCurve const& curve);

/// Where a curve stops falling.
struct Floor
{
    int n;          ///< from here on
    Contrast slope; ///< of that part
    bool whole;     ///< it is flat from the first n on
};

/// The longest right part, of three n at least (of two n: both), whose slope has its interval above
/// `flat`. None where there is none, or no interval.
std::optional<Floor> floor_of(LogCurve const& curve, double flat);

} // namespace moerate
