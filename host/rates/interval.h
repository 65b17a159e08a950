#pragma once

/// @file
/// How far the percentile interval of a bootstrap has to be widened to cover with few replicates.
/// Its deviations from the slope of the data are too short for three reasons: the variance of a
/// draw is not that of the statistic; it is an estimate, so that Student's quantile belongs where
/// the draws have the normal one (the expanded percentile interval of Hesterberg, The American
/// Statistician 69, 2015, here for a sum over n); and heavy tails make it a poor one.
/// docs/validation.md has the coverage of this interval and of others.

#include "kernels/rates/summary_api.h"

#include <vector>

namespace moerate
{

/// The 97.5 % quantile of the normal distribution.
constexpr double normal_97_5 = 1.959963984540054;

/// What a bootstrap of R replicates knows of the variance of one statistic.
struct VarianceEstimate
{
    double factor;  ///< variance of the statistic over the expected variance of a draw
    double freedom; ///< degrees of freedom: 2 over the relative variance of the estimate
};

/// For R >= 2 replicates with these influences, in any unit.
///
/// Mean and geometric mean: factor R / (R - 1); relative variance 2 / (R - 1) + G / R, with G the
/// unbiased excess kurtosis of the influences where that is positive (R < 4: none).
///
/// Trimmed mean: the same until it drops a value, then factor 1. A draw may hold an extreme value
/// more often than it drops; by simulation that makes up for R / (R - 1) where the values are
/// normal, and for more where they have tails.
///
/// Median, whose influences are not looked at: where the density is flat, sorted values are
/// independent exponential steps apart. A draw's median is value J of R, near normal with variance
/// R / 4; the variance of draws is E (steps from J to J')^2 / 2, J' another draw's, in squared mean
/// steps (Var J + E|J - J'| / 2) = R / 4 + sqrt(R / pi) / 2 on average, where the median's own is
/// (R + 1) / 4. Freedom is infinite: percentiles of a median are order statistics, which cover as
/// often wherever the steps are long or short. Of two
/// values the median is the mean, and so is what is known of it.
VarianceEstimate variance_estimate(Statistic statistic, std::vector<double> const& influence);

/// R times what each value adds to the logarithm of a mean, trimmed or geometric mean, to first
/// order; 0 for the median. A value that the trimmed mean drops moves it as the last one that it
/// keeps.
std::vector<double> influences(Statistic statistic, std::vector<double> values);

/// An independent part of a slope.
struct SumPart
{
    double variance; ///< of the part over the draws
    VarianceEstimate estimate;
};

/// How deviations of draws that are sums of parts stand for those of the sum itself.
struct Spread
{
    double scale = 1;   ///< standard deviation of the sum over that of its draws
    double freedom = 1; ///< degrees of freedom of that estimate, after Welch and Satterthwaite
};

/// Scale 1 and one degree of freedom if no part varies.
Spread spread(std::vector<SumPart> const& parts);

/// Factor on the deviations of draws that gives them the 97.5 % quantile of Student's distribution:
/// scale times the quantile over the normal one. 1 if no part varies.
double widening(std::vector<SumPart> const& parts);

/// The normal deviate whose two-sided tail is that of |t| in Student's distribution, after Wallace
/// (Annals of Mathematical Statistics 30, 1959): within 0.02 of it for freedom >= 3 and |t| <= 10.
double normal_deviate(double t, double freedom);

/// The 97.5 % quantile of Student's distribution for freedom >= 1, whole or not, to 1e-6.
double student_quantile(double freedom);

/// The probability of |T| >= |t| in Student's distribution for freedom >= 1, whole or not, to a
/// relative 1e-3 where it exceeds 1e-12.
double student_tail(double t, double freedom);

} // namespace moerate
