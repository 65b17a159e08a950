#include "host/rates/statistics.h"

#include <cmath>
#include <numeric>

namespace moerate
{

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

LogLine::LogLine(std::vector<int> const& n)
{
    for (int const size : n)
        weight_.push_back(std::log(static_cast<double>(size)));
    double const mean =
        std::accumulate(weight_.begin(), weight_.end(), 0.0) / static_cast<double>(weight_.size());
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
        return no_number;
    double sum = 0;
    for (std::size_t i = 0; i < weight_.size(); ++i) {
        if (!(value[i] > 0) || std::isinf(value[i]))
            return no_number;
        sum += weight_[i] * std::log(value[i]);
    }
    return sum;
}

} // namespace moerate
