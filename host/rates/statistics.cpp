#include "host/rates/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace moerate
{
namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Share of the values that the trimmed mean drops at each end.
constexpr double trimmed_share = 0.05;

double mean_of(std::vector<double>::const_iterator begin, std::vector<double>::const_iterator end)
{
    return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
}

double median_of(std::vector<double>& values)
{
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return 0.5 * (*std::max_element(values.begin(), middle) + *middle);
}

double trimmed_of(std::vector<double>& values)
{
    auto const drop =
        static_cast<std::ptrdiff_t>(trimmed_share * static_cast<double>(values.size()));
    std::sort(values.begin(), values.end());
    return mean_of(values.begin() + drop, values.end() - drop);
}

double geometric_of(std::vector<double> const& values)
{
    double sum = 0;
    for (double const value : values)
        sum += std::log(value);
    return std::exp(sum / static_cast<double>(values.size()));
}

} // namespace

char const* statistic_name(Statistic statistic)
{
    switch (statistic) {
    case Statistic::mean:
        return "mean";
    case Statistic::median:
        return "median";
    case Statistic::trimmed:
        return "trimmed mean";
    case Statistic::geometric:
        return "geometric mean";
    }
    return "";
}

double statistic_of(Statistic statistic, std::vector<double>& values)
{
    if (values.empty())
        return none;
    switch (statistic) {
    case Statistic::mean:
        return mean_of(values.begin(), values.end());
    case Statistic::median:
        return median_of(values);
    case Statistic::trimmed:
        return trimmed_of(values);
    case Statistic::geometric:
        return geometric_of(values);
    }
    return none;
}

double standard_deviation(std::vector<double> const& values)
{
    if (values.size() < 2)
        return none;
    double const mean = mean_of(values.begin(), values.end());
    double sum = 0;
    for (double const value : values)
        sum += (value - mean) * (value - mean);
    return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double quantile(std::vector<double> const& sorted, double p)
{
    double const position = p * static_cast<double>(sorted.size() - 1);
    auto const below = static_cast<std::size_t>(position);
    if (below + 1 >= sorted.size())
        return sorted.back();
    double const share = position - static_cast<double>(below);
    return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

LogLine::LogLine(std::vector<int> const& n)
{
    for (int const size : n)
        weight_.push_back(std::log(static_cast<double>(size)));
    double const mean = n.empty() ? 0 : mean_of(weight_.begin(), weight_.end());
    double square = 0;
    for (double& x : weight_) {
        x -= mean;
        square += x * x;
    }
    for (double& x : weight_)
        x /= square; // 0/0 for fewer than two different n: no slope
}

double LogLine::slope(std::vector<double> const& value) const
{
    if (weight_.size() < 2)
        return none;
    double sum = 0;
    for (std::size_t i = 0; i < weight_.size(); ++i) {
        if (!(value[i] > 0) || std::isinf(value[i]))
            return none;
        sum += weight_[i] * std::log(value[i]);
    }
    return sum;
}

} // namespace moerate
