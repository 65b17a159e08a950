#pragma once

/// @file
/// Rates over several drawn truths.

#include "host/rates/rates.h"
#include "host/rates/row_names.h"

#include <string>
#include <vector>

namespace moerate
{

/// The rows [truth][loss] of one fit under each truth of a study as one row a loss, called `label`.
/// Of one truth they are its own rows.
///
/// Every slope is the mean of those within the T truths, s = (1/T) sum s_t. Its interval knows that
/// truths differ and that replicates do,
///
///   s +- max(t(T - 1) sqrt(B / T), 1.96 sqrt(W / T)),
///   B = sum (s_t - s)^2 / (T - 1),   W = (1/T) sum w_t^2,
///
/// with t(T - 1) the 97.5 % quantile of Student's distribution and w_t the standard error within
/// truth t, its bootstrap interval's half length over 1.96. The s_t are independent with variance
/// tau^2 + w_t^2, tau^2 that between truths, so that B / T estimates the variance of s without
/// bias, on T - 1 degrees of freedom; W, which has those of all replicates, bounds it from below
/// where a few s_t lie together by chance. A value at an n is the
/// geometric mean of the truths' values there, through which the line of slope s goes; its
/// deviation is the root of their mean squared relative deviations, times the value. Counts are
/// added, shares averaged; levels and windows follow the same rules, an influential replicate is of
/// one truth and left out. What some truth has to say against the slope holds for the row.
std::vector<RateRow> over_truths(std::vector<std::vector<RateRow>> within,
                                 std::string const& label);

/// The table's block of slopes within truths; empty where no row has several.
std::string truths_block(std::vector<RateRow> const& rows, NameColumns const& names);

} // namespace moerate
