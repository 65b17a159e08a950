#pragma once

/// @file
/// The mean of one sum over several drawn truths, with an interval that knows of truths and of
/// replicates (truths.h has the formula).

#include "host/rates/levels.h"

#include <vector>

namespace moerate
{

/// What is said where the truths of a curve do not have the same n.
constexpr char const* truths_differ_in_n =
    "the truths have fits at different n, `moerate run` goes on";

/// An estimate that varies as Student's distribution says.
struct TruthMean
{
    double value;
    double deviation; ///< standard deviation of the value; not a number where it is not known
    double freedom;   ///< degrees of freedom of that deviation
};

/// The mean of T >= 2 independent sums, each with the 95 % interval that its replicates give it:
/// deviation sqrt(max(B, W) / T), freedom T - 1.
TruthMean truth_mean(std::vector<SlopeInterval> const& each);

/// a - b of independent estimates; freedom after Welch and Satterthwaite.
TruthMean independent_difference(TruthMean const& a, TruthMean const& b);

/// value +- t(freedom) deviation, with the 97.5 % quantile of Student's distribution.
SlopeInterval interval_of(TruthMean const& mean);

/// Two-sided p of the hypothesis that the value is 0. 1 where nothing is known.
double p_of(TruthMean const& mean);

/// interval_of(truth_mean(each)).
SlopeInterval mean_interval(std::vector<SlopeInterval> const& each);

/// Standard deviation of the values of T >= 2 truths.
double spread_of(std::vector<SlopeInterval> const& each);

} // namespace moerate
