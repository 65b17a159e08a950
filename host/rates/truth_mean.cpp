#include "host/rates/truth_mean.h"

#include "host/rates/interval.h"
#include "host/rates/statistics.h"

#include <cmath>

namespace moerate
{

TruthMean truth_mean(std::vector<SlopeInterval> const& each)
{
    double const count = static_cast<double>(each.size());
    double sum = 0, within = 0, between = 0;
    bool single = true; // all are
    for (SlopeInterval const& one : each) {
        sum += one.slope;
        if (one.single)
            continue;
        single = false;
        within += std::pow((one.hi - one.lo) / (2 * normal_97_5), 2) / count;
    }
    double const mean = sum / count;
    for (SlopeInterval const& one : each)
        between += std::pow(one.slope - mean, 2) / (count - 1);
    bool const known = std::isfinite(within) && (!single || between > 0);
    return {mean, std::sqrt(between / count), count - 1,
            known ? std::sqrt(within / count) : no_number};
}

TruthMean independent_difference(TruthMean const& a, TruthMean const& b)
{
    double const of_a = a.deviation * a.deviation, of_b = b.deviation * b.deviation;
    double const variance = of_a + of_b;
    double const uncertainty = of_a * of_a / a.freedom + of_b * of_b / b.freedom;
    return {a.value - b.value, std::sqrt(variance),
            variance > 0 ? variance * variance / uncertainty : 1, std::hypot(a.within, b.within)};
}

SlopeInterval interval_of(TruthMean const& mean)
{
    if (std::isnan(mean.within))
        return {mean.value, no_number, no_number};
    double const half =
        std::fmax(student_quantile(mean.freedom) * mean.deviation, normal_97_5 * mean.within);
    return {mean.value, mean.value - half, mean.value + half};
}

double p_of(TruthMean const& mean)
{
    if (std::isnan(mean.value) || std::isnan(mean.within))
        return 1;
    double const size = std::fabs(mean.value);
    if (size == 0)
        return 1;
    double const by_truths =
        mean.deviation > 0 ? student_tail(size / mean.deviation, mean.freedom) : 0;
    double const by_replicates =
        mean.within > 0 ? std::erfc(size / mean.within / std::sqrt(2.0)) : 0;
    return std::fmax(by_truths, by_replicates);
}

SlopeInterval mean_interval(std::vector<SlopeInterval> const& each)
{
    return interval_of(truth_mean(each));
}

double spread_of(std::vector<SlopeInterval> const& each)
{
    TruthMean const mean = truth_mean(each);
    double squares = 0;
    for (SlopeInterval const& one : each)
        squares += std::pow(one.slope - mean.value, 2);
    return std::sqrt(squares / mean.freedom);
}

} // namespace moerate
