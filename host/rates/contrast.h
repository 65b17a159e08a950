#pragma once

/// @file
/// Weighted sums over n of the logarithm of a statistic, with their bootstrap intervals: the slope
/// of a line, its residuals, slopes over part of the n, and differences of these between curves.

#include "host/rates/interval.h"
#include "host/rates/resample.h"
#include "host/rates/statistics.h"

#include <string>
#include <vector>

namespace moerate
{

/// Logarithms of one statistic over n, of the data and of every bootstrap draw. Draws of curves
/// with one key and the same replicates are the same, so that they may be subtracted.
struct LogCurve
{
    Statistic statistic = Statistic::mean;
    bool nested = false;
    std::vector<int> n;
    std::vector<double> value;                  ///< [n]; not finite where there is none
    std::vector<std::vector<double>> drawn;     ///< [n][draw]
    std::vector<std::vector<double>> influence; ///< [n][replicate], R times what it adds to the
                                                ///< value (interval.h); NaN where it has no number
    /// Replicates that count, least over n.
    std::size_t replicates() const;
};

/// The curve of one statistic: `summaries` one an n, `drawn` [n][draw] as Resampler::draw.
LogCurve log_curve(Samples const& samples, bool nested, std::vector<Summary> const& summaries,
                   std::vector<Statistics> const& drawn, Statistic statistic);

/// A slope with the curve that it is of; the curve has no draws where there is no slope.
struct Estimate
{
    Slope slope;
    LogCurve curve;
};

/// Value per n and slope of each statistic, as `slopes` (bootstrap.h), with their curves.
std::vector<Estimate> estimates(Device& device, Samples const& samples,
                                Resampling const& resampling,
                                std::vector<Statistic> const& statistics, char const* what);

/// a - b of curves over the same n whose replicates and draws are the same ones.
LogCurve difference(LogCurve a, LogCurve const& b);

/// Takes out of both samples what the other lacks, so that their curves have the same replicates.
/// They have the same n.
void keep_common(Samples& a, Samples& b);

/// What is said of a sum that one replicate at some n is all that is known of.
constexpr char const* one_replicate = "one replicate (an interval needs two)";

/// sum_i weight_i value_i with its 95 % interval. Not a number: none, `reason` says why.
struct Contrast
{
    double value = no_number, lo = no_number, hi = no_number;
    std::vector<double> draws;  ///< the same sum of every draw
    std::vector<SumPart> parts; ///< that vary by themselves
    Spread spread;              ///< how the draws' deviations stand for those of the value
    std::string reason;
    bool single = false; ///< one replicate at some n is why it has no interval
};

/// One weight an n; the interval is that of slopes (bootstrap.h).
Contrast contrast(LogCurve const& curve, std::vector<double> const& weights);

/// a - b of sums whose replicates and draws have nothing in common.
Contrast independent_difference(Contrast a, Contrast const& b);

/// Two-sided p of the hypothesis that the sum is 0: Student's tail of its value in its own standard
/// deviations. 1 where nothing is known.
double p_of(Contrast const& sum);

/// Standard deviation of the value as its draws tell it; not a number without an interval.
double deviation_of(Contrast const& sum);

/// value with the 2.5 % and 97.5 % quantiles of its draws, whose deviations from it are taken
/// `factor` times.
void set_interval(Contrast& result, double factor);

/// Slope weights over the n from place `first` on, 0 before: a slope of the right part of a curve.
std::vector<double> tail_weights(std::vector<int> const& n, std::size_t first);

} // namespace moerate
