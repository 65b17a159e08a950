#include "host/rates/bootstrap.h"

#include "host/rates/resample.h"
#include "host/rates/statistics.h"
#include "kernels/rates/quantile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

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

double value_of(Statistics const& statistics, Statistic statistic)
{
    return statistics.of[static_cast<int>(statistic)];
}

Slope point_estimate(Samples const& samples, std::vector<Summary> const& summaries,
                     LogLine const& line, Statistic statistic, char const* what)
{
    Slope result{{}, {}, none, none, none, {}};
    for (Summary const& summary : summaries) {
        if (statistic == Statistic::mean)
            result.sd.push_back(summary.sd);
        result.value.push_back(value_of(summary.statistics, statistic));
    }
    result.slope = line.slope(result.value);
    if (std::isnan(result.slope))
        result.reason = no_slope(samples, result.value, what, statistic);
    return result;
}

/// Slopes of one statistic in all draws, from the statistics of [n][draw].
std::vector<double> drawn_slopes(std::vector<Statistics> const& drawn, LogLine const& line,
                                 std::size_t cells, Statistic statistic)
{
    std::vector<double> slopes;
    std::vector<double> value(cells);
    for (std::size_t draw = 0; draw < bootstrap_draws; ++draw) {
        for (std::size_t i = 0; i < cells; ++i)
            value[i] = value_of(drawn[i * bootstrap_draws + draw], statistic);
        slopes.push_back(line.slope(value));
    }
    return slopes;
}

/// Fills lo and hi from the slopes of all draws.
void set_interval(Slope& result, std::vector<double> drawn, std::size_t replicates)
{
    auto const lost =
        std::count_if(drawn.begin(), drawn.end(), [](double slope) { return std::isnan(slope); });
    if (replicates < 2) {
        result.reason = "one replicate (an interval needs two)";
    } else if (lost > 0) {
        result.reason =
            fmt::format("{} of {} bootstrap draws have no slope (zeros among the values): "
                        "no interval",
                        lost, drawn.size());
    } else {
        auto const count = static_cast<double>(replicates);
        double const widening = std::sqrt(count / (count - 1));
        for (double& slope : drawn)
            slope = result.slope + widening * (slope - result.slope);
        std::sort(drawn.begin(), drawn.end());
        result.lo = quantile(drawn.data(), bootstrap_draws, bootstrap_tail);
        result.hi = quantile(drawn.data(), bootstrap_draws, 1 - bootstrap_tail);
    }
}

} // namespace

std::vector<Slope> slopes(Device& device, Samples const& samples, Resampling const& resampling,
                          std::vector<Statistic> const& statistics, char const* what)
{
    LogLine const line(samples.n);
    Resampler const resampler(device, samples, resampling);
    std::vector<Slope> results;
    for (Statistic const statistic : statistics)
        results.push_back(point_estimate(samples, resampler.summaries(), line, statistic, what));
    if (std::all_of(results.begin(), results.end(),
                    [](Slope const& result) { return std::isnan(result.slope); }))
        return results;

    std::size_t replicates = std::numeric_limits<std::size_t>::max();
    for (auto const& values : samples.values)
        replicates = std::min(replicates, counted(values));
    auto const drawn = resampler.draw(bootstrap_draws);
    for (std::size_t s = 0; s < statistics.size(); ++s)
        if (!std::isnan(results[s].slope))
            set_interval(results[s], drawn_slopes(drawn, line, samples.n.size(), statistics[s]),
                         replicates);
    return results;
}

} // namespace moerate
