// Intervals of tools/coverage: the program's own, and those that it was chosen from. The others
// know separate draws at each n only.

#include "host/rates/interval.h"
#include "host/rates/resample.h"
#include "kernels/rates/quantile.h"
#include "tools/coverage.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

constexpr int drawn_again = 400; ///< draws that are resampled themselves, or studentized
constexpr int inner_draws = 200; ///< draws of each of these
constexpr double normal_97_5 = 1.959963984540054;

double normal_cdf(double z)
{
    return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

double normal_quantile(double p)
{
    double low = -9, high = 9;
    for (int i = 0; i < 60; ++i)
        (normal_cdf(0.5 * (low + high)) < p ? low : high) = 0.5 * (low + high);
    return low;
}

double quantile_of(std::vector<double> values, double p)
{
    std::sort(values.begin(), values.end());
    return quantile(values.data(), static_cast<int>(values.size()), p);
}

/// Share of `values` below `at`; equal ones count half.
double share_below(std::vector<double> const& values, double at)
{
    double below = 0;
    for (double const value : values)
        below += value < at ? 1 : value == at ? 0.5 : 0;
    return below / static_cast<double>(values.size());
}

/// Slopes of one statistic by draw, from [n][draw].
std::vector<double> slopes_of(std::vector<Statistics> const& drawn, std::vector<int> const& n,
                              Statistic statistic)
{
    LogLine const line(n);
    std::size_t const draws = drawn.size() / n.size();
    std::vector<double> slopes, value(n.size());
    for (std::size_t b = 0; b < draws; ++b) {
        for (std::size_t i = 0; i < n.size(); ++i)
            value[i] = drawn[i * draws + b].of[static_cast<int>(statistic)];
        slopes.push_back(line.slope(value));
    }
    return slopes;
}

std::vector<Statistics> statistics_of(Resampler const& resampler)
{
    std::vector<Statistics> all;
    for (Summary const& summary : resampler.summaries())
        all.push_back(summary.statistics);
    return all;
}

/// Intervals that f(slope of the data, slopes of draws, statistic) makes of the usual draws.
template <class F>
std::vector<Interval> of_draws(Device& device, Samples const& samples, Resampling const& resampling,
                               F const& f)
{
    Resampler const resampler(device, samples, resampling);
    auto const drawn = resampler.draw(bootstrap_draws);
    auto const data = statistics_of(resampler);
    std::vector<Interval> intervals;
    for (Statistic const statistic : covered_statistics)
        intervals.push_back(f(slopes_of(data, samples.n, statistic).front(),
                              slopes_of(drawn, samples.n, statistic), statistic));
    return intervals;
}

std::vector<Interval> own(Device& device, Samples const& samples, Resampling const& resampling)
{
    std::vector<Interval> intervals;
    for (Slope const& slope :
         slopes(device, samples, resampling, {covered_statistics.begin(), covered_statistics.end()},
                "value"))
        intervals.push_back({slope.lo, slope.hi});
    return intervals;
}

/// Percentiles, their deviations from the data's slope times sqrt(R / (R - 1)): version 0.1.0.
std::vector<Interval> percentile(Device& device, Samples const& samples,
                                 Resampling const& resampling)
{
    auto const size = static_cast<double>(samples.values.front().size());
    double const factor = std::sqrt(size / (size - 1));
    return of_draws(device, samples, resampling,
                    [&](double slope, std::vector<double> const& drawn, Statistic) -> Interval {
                        double const lo = quantile_of(drawn, bootstrap_tail);
                        double const hi = quantile_of(drawn, 1 - bootstrap_tail);
                        return {slope + factor * (lo - slope), slope + factor * (hi - slope)};
                    });
}

/// Bias corrected and accelerated percentiles (Efron and Tibshirani 1993, 14.3), the acceleration
/// from the influences.
std::vector<Interval> accelerated(Device& device, Samples const& samples,
                                  Resampling const& resampling)
{
    LogLine const line(samples.n);
    return of_draws(
        device, samples, resampling,
        [&](double slope, std::vector<double> const& drawn, Statistic statistic) -> Interval {
            double square = 0, cube = 0;
            for (std::size_t i = 0; i < samples.n.size(); ++i)
                for (double const influence : influences(statistic, samples.values[i])) {
                    double const u = line.weights()[i] * influence /
                                     static_cast<double>(samples.values[i].size());
                    square += u * u;
                    cube += u * u * u;
                }
            double const a = square > 0 ? cube / (6 * std::pow(square, 1.5)) : 0;
            double const bias = normal_quantile(share_below(drawn, slope));
            auto const level = [&](double z) {
                return normal_cdf(bias + (bias + z) / (1 - a * (bias + z)));
            };
            return {quantile_of(drawn, level(-normal_97_5)),
                    quantile_of(drawn, level(normal_97_5))};
        });
}

/// Standard error of a median's logarithm by the distance of two order statistics (McKean and
/// Schrader 1984).
double median_error(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    auto const size = static_cast<double>(values.size());
    double const z = 2.575829303548901; // 99.5 %
    auto const from = static_cast<std::size_t>(
        std::max(0.0, std::round((size + 1) / 2 - z * std::sqrt(size / 4)) - 1));
    double const median = quantile(values.data(), static_cast<int>(values.size()), 0.5);
    return (values[values.size() - 1 - from] - values[from]) / (2 * z * median);
}

/// Standard error of a slope to first order.
double standard_error(Samples const& samples, Statistic statistic)
{
    LogLine const line(samples.n);
    double variance = 0;
    for (std::size_t i = 0; i < samples.n.size(); ++i) {
        auto const size = static_cast<double>(samples.values[i].size());
        double own = std::pow(median_error(samples.values[i]), 2);
        if (statistic != Statistic::median) {
            own = 0;
            for (double const influence : influences(statistic, samples.values[i]))
                own += influence * influence / (size * (size - 1));
        }
        variance += line.weights()[i] * line.weights()[i] * own;
    }
    return std::sqrt(variance);
}

/// Bootstrap-t: quantiles of (slope of a draw - slope) / (standard error of the draw).
std::vector<Interval> studentized(Device& device, Samples const& samples,
                                  Resampling const& resampling)
{
    std::mt19937_64 engine(resampling.key.key1);
    auto const data = statistics_of(Resampler(device, samples, resampling));
    std::vector<std::vector<double>> t(covered_statistics.size());
    for (int b = 0; b < drawn_again; ++b) {
        Samples const drawn =
            drawn_from(samples, static_cast<int>(samples.values.front().size()), engine);
        auto const statistics = statistics_of(Resampler(device, drawn, resampling));
        for (std::size_t s = 0; s < t.size(); ++s) {
            Statistic const statistic = covered_statistics[s];
            double const error = standard_error(drawn, statistic);
            double const deviation = slopes_of(statistics, samples.n, statistic).front() -
                                     slopes_of(data, samples.n, statistic).front();
            t[s].push_back(error > 0 ? deviation / error : std::copysign(1e9, deviation));
        }
    }
    std::vector<Interval> intervals;
    for (std::size_t s = 0; s < t.size(); ++s) {
        double const slope = slopes_of(data, samples.n, covered_statistics[s]).front();
        double const error = standard_error(samples, covered_statistics[s]);
        intervals.push_back({slope - error * quantile_of(t[s], 1 - bootstrap_tail),
                             slope - error * quantile_of(t[s], bootstrap_tail)});
    }
    return intervals;
}

/// Double bootstrap: percentiles at the levels that would have covered the data's slope had draws
/// been data (Beran 1987).
std::vector<Interval> calibrated(Device& device, Samples const& samples,
                                 Resampling const& resampling)
{
    std::mt19937_64 engine(resampling.key.key1);
    auto const data = statistics_of(Resampler(device, samples, resampling));
    std::vector<std::vector<double>> level(covered_statistics.size());
    for (int b = 0; b < drawn_again; ++b) {
        auto const inner =
            Resampler(device,
                      drawn_from(samples, static_cast<int>(samples.values.front().size()), engine),
                      resampling)
                .draw(inner_draws);
        for (std::size_t s = 0; s < level.size(); ++s)
            level[s].push_back(
                share_below(slopes_of(inner, samples.n, covered_statistics[s]),
                            slopes_of(data, samples.n, covered_statistics[s]).front()));
    }
    std::size_t s = 0;
    return of_draws(device, samples, resampling,
                    [&](double, std::vector<double> const& drawn, Statistic) -> Interval {
                        auto const& levels = level[s++];
                        return {quantile_of(drawn, quantile_of(levels, bootstrap_tail)),
                                quantile_of(drawn, quantile_of(levels, 1 - bootstrap_tail))};
                    });
}

} // namespace

std::vector<Method> const& methods()
{
    static std::vector<Method> const all{
        {"moerate", "what `moerate rates` prints", own},
        {"percentile", "percentiles widened by sqrt(R / (R - 1)), as in version 0.1.0", percentile},
        {"bca", "bias corrected and accelerated percentiles", accelerated},
        {"bootstrap-t", "studentized draws", studentized},
        {"double", "percentiles at levels from a second bootstrap", calibrated}};
    return all;
}

} // namespace moerate
