#include "host/rates/bootstrap.h"

#include "host/rates/interval.h"
#include "host/rates/resample.h"
#include "host/rates/statistics.h"
#include "kernels/rates/quantile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>

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

double value_of(Statistics const& statistics, Statistic statistic)
{
    return statistics.of[static_cast<int>(statistic)];
}

/// Standard deviation and percentiles of the replicates of one n.
void add_spread(Slope& result, std::vector<double> const& values, double sd)
{
    std::vector<double> sorted = present(values);
    std::sort(sorted.begin(), sorted.end());
    int const size = static_cast<int>(sorted.size());
    auto const percentile = [&](double share) {
        return size == 0 ? no_number : quantile(sorted.data(), size, share);
    };
    result.sd.push_back(sd);
    result.p05.push_back(percentile(0.05));
    result.p50.push_back(percentile(0.5));
    result.p95.push_back(percentile(0.95));
}

Slope point_estimate(Samples const& samples, std::vector<Summary> const& summaries,
                     LogLine const& line, Statistic statistic, char const* what)
{
    Slope result{{}, {}, no_number, no_number, no_number, {}};
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

/// The terms of the slope in all draws, [n][draw]: weight times logarithm of the statistic.
using Terms = std::vector<std::vector<double>>;

Terms drawn_terms(std::vector<Statistics> const& drawn, LogLine const& line, Statistic statistic)
{
    Terms terms;
    for (double const weight : line.weights()) {
        auto const first =
            drawn.begin() + static_cast<std::ptrdiff_t>(terms.size()) * bootstrap_draws;
        terms.emplace_back();
        std::transform(
            first, first + bootstrap_draws, std::back_inserter(terms.back()),
            [&](Statistics const& one) { return weight * std::log(value_of(one, statistic)); });
    }
    return terms;
}

std::vector<double> drawn_slopes(Terms const& terms)
{
    std::vector<double> sums(bootstrap_draws, 0.0);
    for (auto const& term : terms)
        std::transform(sums.begin(), sums.end(), term.begin(), sums.begin(), std::plus<>());
    return sums;
}

double variance_of(std::vector<double> const& values)
{
    auto const size = static_cast<double>(values.size());
    double const mean = std::accumulate(values.begin(), values.end(), 0.0) / size;
    double sum = 0;
    for (double const value : values)
        sum += (value - mean) * (value - mean);
    return sum / size;
}

/// Adds the influences of the values that count, times `weight`, at the places of their replicates.
void add_influences(std::vector<double>& together, std::vector<double> const& values,
                    std::vector<double> const& influence, double weight)
{
    auto next = influence.begin();
    for (std::size_t r = 0; r < values.size(); ++r)
        if (!std::isnan(values[r]))
            together[r] += weight * *next++;
}

/// What the replicates of each n add to a slope; where the draws are shared, those of all n
/// together.
std::vector<Part> parts_of(Samples const& samples, bool nested, LogLine const& line,
                           Statistic statistic, Terms const& terms)
{
    std::vector<Part> parts;
    std::vector<double> together(samples.values.front().size(), 0.0); // influences on the slope
    for (std::size_t i = 0; i < terms.size(); ++i) {
        auto const own = influences(statistic, present(samples.values[i]));
        parts.push_back({variance_of(terms[i]), variance_estimate(statistic, own)});
        if (nested)
            add_influences(together, samples.values[i], own,
                           line.weights()[i] / static_cast<double>(own.size()));
    }
    if (nested)
        return {{variance_of(drawn_slopes(terms)), variance_estimate(statistic, together)}};
    return parts;
}

/// Why slopes of draws give no interval; empty if they do.
std::string no_interval(std::vector<double> const& drawn, std::size_t replicates)
{
    if (replicates < 2)
        return "one replicate (an interval needs two)";
    auto const lost = std::count_if(drawn.begin(), drawn.end(),
                                    [](double slope) { return !std::isfinite(slope); });
    if (lost == 0)
        return {};
    return fmt::format(
        "{} of {} bootstrap draws have no slope (zeros among the values): no interval", lost,
        drawn.size());
}

/// Fills lo and hi from the slopes of all draws.
void set_interval(Slope& result, std::vector<double> drawn, double factor)
{
    for (double& slope : drawn)
        slope = result.slope + factor * (slope - result.slope);
    std::sort(drawn.begin(), drawn.end());
    result.lo = quantile(drawn.data(), bootstrap_draws, bootstrap_tail);
    result.hi = quantile(drawn.data(), bootstrap_draws, 1 - bootstrap_tail);
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
    for (std::size_t s = 0; s < statistics.size(); ++s) {
        if (std::isnan(results[s].slope))
            continue;
        Terms const terms = drawn_terms(drawn, line, statistics[s]);
        auto const slopes_drawn = drawn_slopes(terms);
        results[s].reason = no_interval(slopes_drawn, replicates);
        if (results[s].reason.empty())
            set_interval(
                results[s], slopes_drawn,
                widening(parts_of(samples, resampling.nested, line, statistics[s], terms)));
    }
    return results;
}

} // namespace moerate
