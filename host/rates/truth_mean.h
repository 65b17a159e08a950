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

/// An estimate over truths, and the two sources that vary it.
struct TruthMean
{
    double value;
    double deviation; ///< standard deviation of the value, as values under the truths differ
    double freedom;   ///< degrees of freedom of that deviation
    double within; ///< the part of it that replicates make, at least; not a number where there is
                   ///< no interval
};

/// The mean of T >= 2 independent sums, each with the 95 % interval that its replicates give it:
/// deviation sqrt(B / T) with freedom T - 1, within sqrt(W / T). Sums of one replicate each add
/// nothing to W: B has what their replicates vary in it. No interval where all are such and agree,
/// or where one lacks its interval for another reason.
TruthMean truth_mean(std::vector<SlopeInterval> const& each);

/// a - b of independent estimates; freedom of the deviation after Welch and Satterthwaite.
TruthMean independent_difference(TruthMean const& a, TruthMean const& b);

/// value +- max(t(freedom) deviation, 1.96 within), with the 97.5 % quantile of Student's
/// distribution: each alone covers, the first whatever the truths do, as far as the few of them say
/// so; the second where they do nothing, when it is shorter most of the time, but never too short.
SlopeInterval interval_of(TruthMean const& mean);

/// Two-sided p of the hypothesis that the value is 0: the larger one of the two sources, so that it
/// is below 0.05 where the interval leaves out 0. 1 where nothing is known.
double p_of(TruthMean const& mean);

/// interval_of(truth_mean(each)).
SlopeInterval mean_interval(std::vector<SlopeInterval> const& each);

/// Standard deviation of the values of T >= 2 truths.
double spread_of(std::vector<SlopeInterval> const& each);

} // namespace moerate
