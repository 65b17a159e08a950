#include "host/rates/compare_sums.h"

#include "host/rates/truth_mean.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace moerate
{
namespace
{

/// A curve under one truth.
struct Under
{
    int truth;
    Estimate of;
};

/// A side under each of its truths.
using Side = std::vector<Under>;

/// The places of the n that are in `chosen`.
Samples only(Samples const& samples, std::vector<int> const& chosen)
{
    Samples some;
    for (std::size_t i = 0; i < samples.n.size(); ++i)
        if (std::binary_search(chosen.begin(), chosen.end(), samples.n[i])) {
            some.n.push_back(samples.n[i]);
            some.values.push_back(samples.values[i]);
        }
    return some;
}

std::vector<int> common_n(Samples const& a, Samples const& b)
{
    std::vector<int> common;
    std::set_intersection(a.n.begin(), a.n.end(), b.n.begin(), b.n.end(),
                          std::back_inserter(common));
    return common;
}

bool same_streams(Resampling const& a, Resampling const& b)
{
    return a.nested == b.nested && a.key.key0 == b.key.key0 && a.key.key1 == b.key.key1;
}

/// Whether both have data in common at two n at least, so that they are compared on these alone.
bool shared(TruthNumbers const& a, TruthNumbers const& b)
{
    return same_streams(a.resampling, b.resampling) &&
           common_n(a.numbers.samples, b.numbers.samples).size() >= 2;
}

Under estimate(Device& device, TruthNumbers const& own, Samples const& samples)
{
    return {own.truth,
            estimates(device, samples, own.resampling, {Statistic::mean}, own.numbers.what)[0]};
}

/// Both sides under the truths whose data they share, on what both have; empty if there is none.
std::pair<Side, Side> paired_sides(Device& device, std::vector<TruthNumbers> const& a,
                                   std::vector<TruthNumbers> const& b)
{
    std::pair<Side, Side> sides;
    for (TruthNumbers const& one : a)
        for (TruthNumbers const& two : b) {
            if (!shared(one, two))
                continue;
            auto const common = common_n(one.numbers.samples, two.numbers.samples);
            Samples own = only(one.numbers.samples, common);
            Samples other = only(two.numbers.samples, common);
            keep_common(own, other);
            sides.first.push_back(estimate(device, one, own));
            sides.second.push_back(estimate(device, two, other));
        }
    return sides;
}

Side whole_side(Device& device, std::vector<TruthNumbers> const& all)
{
    Side side;
    for (TruthNumbers const& one : all)
        side.push_back(estimate(device, one, one.numbers.samples));
    return side;
}

/// Why a side has no slope; empty if it has.
std::string no_slope(Side const& side, std::string const& label)
{
    for (Under const& one : side) {
        if (one.of.curve.drawn.empty())
            return fmt::format("no slope of {}{}: {}", label,
                               side.size() > 1 ? fmt::format(" under truth {}", one.truth) : "",
                               one.of.slope.reason);
        if (one.of.curve.n != side.front().of.curve.n)
            return fmt::format("no slope of {}: {}", label, truths_differ_in_n);
    }
    return "";
}

void fill(ComparedSlope& result, Side const& side)
{
    std::vector<SlopeInterval> slopes;
    result.n = side.front().of.curve.n;
    result.replicates = static_cast<int>(side.front().of.curve.replicates());
    result.truths = static_cast<int>(side.size());
    for (Under const& one : side) {
        result.replicates =
            std::min(result.replicates, static_cast<int>(one.of.curve.replicates()));
        slopes.push_back(
            {one.of.slope.slope, one.of.slope.lo, one.of.slope.hi, one.of.slope.single});
    }
    result.slope = slopes.size() == 1 ? slopes.front() : mean_interval(slopes);
}

SlopeInterval interval_of(Contrast const& sum)
{
    return {sum.value, sum.lo, sum.hi, sum.single};
}

/// The difference of one sum between two sides.
struct Apart
{
    SlopeInterval difference;
    double p;                          ///< not a number without an interval
    std::vector<SlopeInterval> within; ///< paired: by truth
};

template <class Estimate>
Apart apart_of(Estimate const& difference, std::vector<SlopeInterval> within = {})
{
    SlopeInterval const interval = interval_of(difference);
    return {interval, std::isnan(interval.lo) ? no_number : p_of(difference), std::move(within)};
}

/// The mean over truths of a sum; of one truth what its own draws say.
TruthMean mean_of(Side const& side, std::vector<double> const& weights)
{
    std::vector<SlopeInterval> each;
    for (Under const& one : side) {
        Contrast const sum = contrast(one.of.curve, weights);
        if (side.size() == 1)
            return {sum.value, deviation_of(sum), sum.spread.freedom, deviation_of(sum)};
        each.push_back(interval_of(sum));
    }
    return truth_mean(each);
}

/// sum_i weight_i log(mean_i) of a minus that of b, by weights over the n of each.
Apart apart(bool paired, std::pair<Side, Side> const& sides, std::vector<double> const& of_a,
            std::vector<double> const& of_b)
{
    auto const& [a, b] = sides;
    if (!paired && a.size() == 1 && b.size() == 1)
        return apart_of(
            independent_difference(contrast(a[0].of.curve, of_a), contrast(b[0].of.curve, of_b)));
    if (!paired)
        return apart_of(independent_difference(mean_of(a, of_a), mean_of(b, of_b)));
    std::vector<SlopeInterval> within;
    for (std::size_t t = 0; t < a.size(); ++t) {
        Contrast const sum = contrast(difference(a[t].of.curve, b[t].of.curve), of_a);
        within.push_back(interval_of(sum));
        if (a.size() == 1)
            return apart_of(sum, within);
    }
    return apart_of(truth_mean(within), within);
}

/// Weight 1 at the last n, 0 elsewhere.
std::vector<double> at_last(std::vector<int> const& n)
{
    std::vector<double> weights(n.size(), 0.0);
    weights.back() = 1;
    return weights;
}

} // namespace

void fill_sums(Comparison& result, Device& device, std::vector<TruthNumbers> const& a,
               std::vector<TruthNumbers> const& b)
{
    std::pair<Side, Side> sides = paired_sides(device, a, b);
    result.paired = !sides.first.empty();
    if (!result.paired)
        sides = {whole_side(device, a), whole_side(device, b)};
    for (auto const& [side, of] : {std::pair(&sides.first, &result.a), {&sides.second, &result.b}})
    {
        result.not_comparable = no_slope(*side, of->label);
        if (!result.not_comparable.empty())
            return;
        fill(*of, *side);
    }
    std::vector<int> const &own = result.a.n, &other = result.b.n;
    Apart const slope =
        apart(result.paired, sides, LogLine(own).weights(), LogLine(other).weights());
    result.difference = slope.difference;
    result.p = slope.p;
    for (std::size_t t = 0; sides.first.size() > 1 && t < slope.within.size(); ++t)
        result.within.push_back({sides.first[t].truth, slope.within[t]});
    if (own.back() != other.back())
        return;
    SlopeInterval const level =
        apart(result.paired, sides, at_last(own), at_last(other)).difference;
    result.ratio_n = own.back();
    result.ratio = {std::exp(level.slope), std::exp(level.lo), std::exp(level.hi)};
}

double spread_of(Comparison const& one)
{
    std::vector<SlopeInterval> each;
    for (DifferenceWithin const& within : one.within)
        each.push_back(within.difference);
    return spread_of(each);
}

} // namespace moerate
