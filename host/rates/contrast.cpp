#include "host/rates/contrast.h"

#include "host/rates/bootstrap.h"
#include "host/rates/interval.h"
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

double variance_of(std::vector<double> const& values)
{
    auto const size = static_cast<double>(values.size());
    double const mean = std::accumulate(values.begin(), values.end(), 0.0) / size;
    double sum = 0;
    for (double const value : values)
        sum += (value - mean) * (value - mean);
    return sum / size;
}

/// The terms of a sum in all draws, [n][draw]: weight times logarithm of the statistic.
using Terms = std::vector<std::vector<double>>;

Terms weighted(LogCurve const& curve, std::vector<double> const& weights)
{
    Terms terms;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        terms.emplace_back();
        std::transform(curve.drawn[i].begin(), curve.drawn[i].end(),
                       std::back_inserter(terms.back()), [&](double log) {
                           return weights[i] == 0 ? 0 : weights[i] * log; // 0 times infinity
                       });
    }
    return terms;
}

std::vector<double> sums_of(Terms const& terms)
{
    std::vector<double> sums(terms.empty() ? 0 : terms.front().size(), 0.0);
    for (auto const& term : terms)
        std::transform(sums.begin(), sums.end(), term.begin(), sums.begin(), std::plus<>());
    return sums;
}

/// What the replicates of each n add to a sum; where the draws are shared, those of all n together.
std::vector<SumPart> parts_of(LogCurve const& curve, std::vector<double> const& weights,
                              Terms const& terms, std::vector<double> const& sums)
{
    std::vector<SumPart> parts;
    std::vector<double> together(curve.influence.front().size(), 0.0);
    for (std::size_t i = 0; i < terms.size(); ++i) {
        auto const own = present(curve.influence[i]);
        parts.push_back({variance_of(terms[i]), variance_estimate(curve.statistic, own)});
        for (std::size_t r = 0; curve.nested && r < curve.influence[i].size(); ++r)
            if (!std::isnan(curve.influence[i][r]))
                together[r] += weights[i] / static_cast<double>(own.size()) * curve.influence[i][r];
    }
    if (curve.nested)
        return {{variance_of(sums), variance_estimate(curve.statistic, together)}};
    return parts;
}

/// Why the sums of draws give no interval; empty if they do.
std::string no_interval(std::vector<double> const& drawn, std::size_t replicates)
{
    if (replicates < 2)
        return one_replicate;
    auto const lost = std::count_if(drawn.begin(), drawn.end(),
                                    [](double slope) { return !std::isfinite(slope); });
    if (lost == 0)
        return {};
    return fmt::format(
        "{} of {} bootstrap draws have no slope (zeros among the values): no interval", lost,
        drawn.size());
}

} // namespace

std::size_t LogCurve::replicates() const
{
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (auto const& one : influence)
        least = std::min(least, counted(one));
    return least;
}

LogCurve log_curve(Samples const& samples, bool nested, std::vector<Summary> const& summaries,
                   std::vector<Statistics> const& drawn, Statistic statistic)
{
    LogCurve curve;
    curve.statistic = statistic;
    curve.nested = nested;
    curve.n = samples.n;
    for (std::size_t i = 0; i < samples.n.size(); ++i) {
        curve.value.push_back(std::log(value_of(summaries[i].statistics, statistic)));
        auto const first = drawn.begin() + static_cast<std::ptrdiff_t>(i) * bootstrap_draws;
        curve.drawn.emplace_back();
        std::transform(first, first + bootstrap_draws, std::back_inserter(curve.drawn.back()),
                       [&](Statistics const& one) { return std::log(value_of(one, statistic)); });
        auto const own = influences(statistic, present(samples.values[i]));
        curve.influence.emplace_back(samples.values[i].size(), no_number);
        auto next = own.begin();
        for (std::size_t r = 0; r < samples.values[i].size(); ++r)
            if (!std::isnan(samples.values[i][r]))
                curve.influence.back()[r] = *next++;
    }
    return curve;
}

LogCurve difference(LogCurve a, LogCurve const& b)
{
    auto const subtract = [](std::vector<double>& from, std::vector<double> const& what) {
        std::transform(from.begin(), from.end(), what.begin(), from.begin(), std::minus<>());
    };
    subtract(a.value, b.value);
    for (std::size_t i = 0; i < a.n.size(); ++i) {
        subtract(a.drawn[i], b.drawn[i]);
        subtract(a.influence[i], b.influence[i]);
    }
    return a;
}

void keep_common(Samples& a, Samples& b)
{
    for (std::size_t i = 0; i < a.n.size(); ++i) {
        std::size_t const size = std::min(a.values[i].size(), b.values[i].size());
        a.values[i].resize(size);
        b.values[i].resize(size);
        for (std::size_t r = 0; r < size; ++r)
            if (std::isnan(a.values[i][r]) || std::isnan(b.values[i][r]))
                a.values[i][r] = b.values[i][r] = no_number;
    }
}

Contrast contrast(LogCurve const& curve, std::vector<double> const& weights)
{
    Contrast result;
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += weights[i] == 0 ? 0 : weights[i] * curve.value[i];
    if (!std::isfinite(sum))
        return result;
    result.value = sum;
    Terms const terms = weighted(curve, weights);
    result.draws = sums_of(terms);
    result.single = curve.replicates() < 2;
    result.reason = no_interval(result.draws, curve.replicates());
    if (!result.reason.empty())
        return result;
    result.parts = parts_of(curve, weights, terms, result.draws);
    result.spread = spread(result.parts);
    set_interval(result, widening(result.parts));
    return result;
}

Contrast independent_difference(Contrast a, Contrast const& b)
{
    a.value -= b.value;
    if (std::isnan(a.lo) || std::isnan(b.lo)) {
        a.reason = a.reason.empty() ? b.reason : a.reason;
        a.lo = a.hi = no_number;
        return a;
    }
    std::transform(a.draws.begin(), a.draws.end(), b.draws.begin(), a.draws.begin(),
                   std::minus<>());
    a.parts.insert(a.parts.end(), b.parts.begin(), b.parts.end());
    a.spread = spread(a.parts);
    set_interval(a, widening(a.parts));
    return a;
}

double p_of(Contrast const& sum)
{
    double const deviation = deviation_of(sum);
    if (!(deviation > 0))
        return sum.value == 0 || std::isnan(deviation) ? 1 : 0;
    return student_tail(sum.value / deviation, sum.spread.freedom);
}

double deviation_of(Contrast const& sum)
{
    return std::isnan(sum.lo) ? no_number : std::sqrt(variance_of(sum.draws)) * sum.spread.scale;
}

void set_interval(Contrast& result, double factor)
{
    std::vector<double> drawn = result.draws;
    for (double& one : drawn)
        one = result.value + factor * (one - result.value);
    std::sort(drawn.begin(), drawn.end());
    result.lo = quantile(drawn.data(), bootstrap_draws, bootstrap_tail);
    result.hi = quantile(drawn.data(), bootstrap_draws, 1 - bootstrap_tail);
}

std::vector<double> tail_weights(std::vector<int> const& n, std::size_t first)
{
    std::vector<double> weights(n.size(), 0.0);
    LogLine const line({n.begin() + static_cast<std::ptrdiff_t>(first), n.end()});
    std::copy(line.weights().begin(), line.weights().end(),
              weights.begin() + static_cast<std::ptrdiff_t>(first));
    return weights;
}

} // namespace moerate
