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
    long long needed = 0;    ///< replicates (replicates_for); 0 where none are known to do
    bool reached = false;    ///< the half-width is small enough
    bool single = false;     ///< of one replicate, and of no interval or too wide a one
    std::string unknown;     ///< why nothing is known
};

/// Whether replicates narrow the interval of the row's mean loss. Of several truths they do where
/// the interval is that of `within` (truth_mean.h): else the truths differ, however many there are.
bool replicates_decide(RateRow const& row);

/// The least R' >= 2 of which the row's half-width h at R replicates becomes as wanted,
///     h(R') = h t(f') / t(f) sqrt(R / R') <= half_width,  f' = f (R' - 1) / (R - 1),
/// with Student's quantile t and the freedom f of the slope's own standard deviation s; at most R
/// where the row has the half-width, more than R where it has not. For many replicates that is
/// R (1.96 s / half_width)^2; for ten n over two decades (1.96 / 0.02)^2 / 21.6 = 444 spread^2 for a
/// half-width of 0.02: s^2 = spread^2 / (R sum (log n - mean)^2). A measured s is itself uncertain,
/// and of a heavy tail too small. Several truths: h^2 is the mean square of theirs, over their
/// number.
long long replicates_for(RateRow const& row, double half_width);

/// What each row needs. Where the truths decide and the half-width is there, the replicates that it
/// has; where it is not, nothing is known to do.
std::vector<RowPrecision> precision_of(std::vector<RateRow> const& rows, double half_width);

/// The most that any row needs, and no fewer than any has; 0 where nothing is known of any.
long long most_needed(std::vector<RowPrecision> const& rows);

/// Whether every row whose slope has an interval has the half-width, some row has, and no further
/// one has it for a second replicate.
bool all_reached(std::vector<RowPrecision> const& rows);

} // namespace moerate
