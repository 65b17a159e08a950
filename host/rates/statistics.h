#pragma once

/// @file
/// Statistics of replicates whose rate is looked at (interfaces.md, Rates).

#include <vector>

namespace moerate
{

enum class Statistic : int
{
    mean,      ///< (1/R) sum v
    median,    ///< middle value, mean of the two middle ones for even R
    trimmed,   ///< mean without the floor(0.05 R) smallest and as many largest values
    geometric, ///< exp((1/R) sum log v); 0 if a value is 0
};

/// Word for tables and reasons: "mean", "median", "trimmed mean", "geometric mean".
char const* statistic_name(Statistic statistic);

/// The statistic of `values`, which it may reorder. Not a number without values, and for the
/// geometric mean of a negative value.
double statistic_of(Statistic statistic, std::vector<double>& values);

/// Sample standard deviation, sqrt(sum (v - mean)^2 / (R - 1)). Not a number for R < 2.
double standard_deviation(std::vector<double> const& values);

/// The p-quantile, 0 <= p <= 1, of ascending values: linear between order statistics, the position
/// being p (size - 1). `sorted` holds at least one value.
double quantile(std::vector<double> const& sorted, double p);

/// Least squares lines of log(value) on log(n) for one list of n.
class LogLine
{
public:
    explicit LogLine(std::vector<int> const& n);

    /// Slope through `value`, one per n; not a number as log_slope says.
    double slope(std::vector<double> const& value) const;

private:
    std::vector<double> weight_; ///< (x - mean x) / sum (x - mean x)^2, x = log n
};

} // namespace moerate
