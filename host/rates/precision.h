#pragma once

/// @file
/// How many replicates give a slope an interval of a wanted width.

#include "host/rates/rates.h"

#include <string>
#include <vector>

namespace moerate
{

/// What a row needs for the slope of its mean loss.
struct RowPrecision
{
    std::string label, loss; ///< loss as tables show it
    int replicates = 0;      ///< that it has, least over n
    double half_width = 0;   ///< of its 95 % interval; not a number where there is none
    double spread = 0;       ///< standard deviation of the log of a replicate's part in a mean
    long long needed = 0;    ///< replicates; 0 where nothing is known
    bool reached = false;    ///< the half-width is small enough
    bool single = false;     ///< of one replicate, and of no interval or too wide a one
    std::string unknown;     ///< why nothing is known
};

/// R' = R (1.96 s / half_width)^2 with the slope's own standard deviation s at R replicates, as the
/// bootstrap has it. For ten n over two decades that is (1.96 / 0.02)^2 / 21.6 = 444 spread^2 for a
/// half-width of 0.02: s^2 = spread^2 / (R sum (log n - mean)^2). A measured s is itself uncertain,
/// and of a heavy tail too small.
std::vector<RowPrecision> precision_of(std::vector<RateRow> const& rows, double half_width);

/// The most that any row needs; 0 where nothing is known of any.
long long most_needed(std::vector<RowPrecision> const& rows);

/// Whether every row whose slope has an interval has the half-width, some row has, and no further
/// one has it for a second replicate.
bool all_reached(std::vector<RowPrecision> const& rows);

} // namespace moerate
