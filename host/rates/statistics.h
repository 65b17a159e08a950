#pragma once

/// @file
/// Names of the statistics whose rate is looked at, and the lines that give it (interfaces.md,
/// Rates).

#include "kernels/rates/summary_api.h"

#include <limits>
#include <vector>

namespace moerate
{

/// What stands for a number that there is not.
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Word for tables and reasons: "mean", "median", "trimmed mean", "geometric mean".
char const* statistic_name(Statistic statistic);

/// One of the statistics.
inline double value_of(Statistics const& statistics, Statistic statistic)
{
    return statistics.of[static_cast<int>(statistic)];
}

/// Least squares lines of log(value) on log(n) for one list of n.
class LogLine
{
public:
    explicit LogLine(std::vector<int> const& n);

    /// Slope through `value`, one per n; not a number as log_slope says.
    double slope(std::vector<double> const& value) const;

    /// The slope's factor on the logarithm at each n.
    std::vector<double> const& weights() const { return weight_; }

private:
    std::vector<double> weight_; ///< (x - mean x) / sum (x - mean x)^2, x = log n
};

} // namespace moerate
