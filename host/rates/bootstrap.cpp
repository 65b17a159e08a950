#include "host/rates/bootstrap.h"

#include "host/rates/contrast.h"
#include "host/rates/resample.h"
#include "host/rates/statistics.h"
#include "kernels/rates/quantile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace moerate
{
namespace
{

/// Why the values have no slope.
std::string no_slope(Samples const& samples, std::vector<double> const& value, char const* what,
                     Statistic statistic)
{
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (std::isnan(value[i]))
            return fmt::format("no {} at n = {} (no fit that counts)", what, samples.n[i]);
        if (!(value[i] > 0) || std::isinf(value[i]))
            return fmt::format("the {} of the {} at n = {} is {} (no logarithm)",
                               statistic_name(statistic), what, samples.n[i], value[i]);
    }
    return fmt::format("{} n with fits (a slope needs two)", samples.n.size());
}

/// Standard deviation and percentiles of the replicates of one n.
void add_spread(Slope& result, std::vector<double> const& values, double sd)
{
    std::vector<double> own = present(values);
    int const size = static_cast<int>(own.size());
    auto const percentile = [&](double share) {
        if (size == 0)
            return no_number;
        // The two values that a quantile is between, where ascending ones would have them.
        auto const below = own.begin() + below_quantile(size, share);
        std::nth_element(own.begin(), below, own.end());
        if (below + 1 != own.end())
            std::iter_swap(below + 1, std::min_element(below + 1, own.end()));
        return quantile(own.data(), size, share);
    };
    result.sd.push_back(sd);
    result.p05.push_back(percentile(0.05));
    result.p50.push_back(percentile(0.5));
    result.p95.push_back(percentile(0.95));
}

Slope point_estimate(Samples const& samples, std::vector<Summary> const& summaries,
                     LogLine const& line, Statistic statistic, char const* what)
{
    Slope result{{}, {}, no_number, no_number, no_number, {}, {}};
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        if (statistic == Statistic::mean)
            add_spread(result, samples.values[i], summaries[i].sd);
        result.value.push_back(value_of(summaries[i].statistics, statistic));
    }
    result.slope = line.slope(result.value);
    if (std::isnan(result.slope))
        result.reason = no_slope(samples, result.value, what, statistic);
    return result;
}

} // namespace

std::vector<Estimate> estimates(Device& device, Samples const& samples,
                                Resampling const& resampling,
                                std::vector<Statistic> const& statistics, char const* what)
{
    LogLine const line(samples.n);
    Resampler const resampler(device, samples, resampling);
    std::vector<Estimate> results;
    for (Statistic const statistic : statistics)
        results.push_back(
            {point_estimate(samples, resampler.summaries(), line, statistic, what), {}});
    if (std::all_of(results.begin(), results.end(),
                    [](Estimate const& result) { return std::isnan(result.slope.slope); }))
        return results;

    auto const drawn = resampler.draw(bootstrap_draws);
    for (std::size_t s = 0; s < statistics.size(); ++s) {
        Slope& slope = results[s].slope;
        if (std::isnan(slope.slope))
            continue;
        results[s].curve =
            log_curve(samples, resampling.nested, resampler.summaries(), drawn, statistics[s]);
        Contrast const of = contrast(results[s].curve, line.weights());
        slope.lo = of.lo;
        slope.hi = of.hi;
        slope.deviation = deviation_of(of);
        slope.freedom = of.spread.freedom;
        slope.reason = of.reason;
        slope.single = of.single;
    }
    return results;
}

std::vector<Slope> slopes(Device& device, Samples const& samples, Resampling const& resampling,
                          std::vector<Statistic> const& statistics, char const* what)
{
    std::vector<Slope> results;
    for (Estimate& one : estimates(device, samples, resampling, statistics, what))
        results.push_back(std::move(one.slope));
    return results;
}

double resampled_replicates(Study const& study)
{
    std::size_t columns =
        0; // the numbers of a RiskRecord at start and fit; the losses at all points
    for (Curve const& curve : study.curves)
        columns += 12 + points_of(curve.start.number.count) * curve.losses.size();
    return static_cast<double>(columns * study.n.size()) * study.replicates * bootstrap_draws;
}

double log_slope(std::vector<int> const& n, std::vector<double> const& value)
{
    return LogLine(n).slope(value);
}

} // namespace moerate
