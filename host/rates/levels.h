#pragma once

/// @file
/// What stands behind a slope: the level of a curve at each n, its slopes over the right parts of
/// the n, and the replicates that decide it.

#include <optional>
#include <vector>

namespace moerate
{

/// A curve at one n.
struct CurveLevel
{
    int n = 0;
    int replicates = 0; ///< fits whose loss counts
    double mean = 0;    ///< of the loss
    double error = 0;   ///< Monte Carlo: standard deviation / sqrt(replicates)
    double median = 0;
    double regression = 0; ///< mean regression error
    double regression_error = 0;
    int fits = 0, failed = 0, no_descent = 0;
    std::optional<double> admissible, near_start_won; ///< shares of fits
};

/// A slope without its curve; not a number where there is none.
struct SlopeInterval
{
    double slope, lo, hi;
    bool single = false; ///< of one replicate at some n, which alone gives no interval
};

/// Slopes over the n from one on.
struct Window
{
    int from;
    SlopeInterval mean;       ///< of the mean loss
    SlopeInterval regression; ///< of the mean regression error
};

/// A replicate, and what it does to the slope of the mean loss.
struct Influence
{
    int n, replicate;
    double value;         ///< its loss
    double slope_without; ///< the slope without it
    double change;        ///< slope_without - slope
};

/// How many of the most influential replicates are told.
constexpr int influences_told = 10;

} // namespace moerate
