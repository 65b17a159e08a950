#include "host/rates/precision.h"

#include "host/rates/interval.h"
#include "host/rates/notes.h"
#include "host/rates/statistics.h"
#include "host/rates/truth_mean.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// sum (log n - mean)^2, which the slope's variance goes by.
double leverage(std::vector<int> const& n)
{
    double square = 0; // of the slope's weights: 1 / leverage
    LogLine const line(n);
    for (double const weight : line.weights())
        square += weight * weight;
    return 1 / square;
}

double half_of(double lo, double hi)
{
    return (hi - lo) / 2;
}

/// h(R') / h of one truth's slope (replicates_for).
double narrowing(Slope const& slope, double replicates, double more)
{
    double const freedom = slope.freedom * ((more - 1) / (replicates - 1));
    return student_quantile(std::max(1.0, freedom)) / student_quantile(slope.freedom) *
           std::sqrt(replicates / more);
}

/// The same of the row's.
double narrowing(RateRow const& row, double more)
{
    if (!row.truths)
        return narrowing(row.mean, row.replicates, more);
    double now = 0, then = 0;
    for (Slope const& one : row.truths->each) {
        double const square = std::pow(half_of(one.lo, one.hi), 2);
        now += square;
        then += square * std::pow(narrowing(one, row.replicates, more), 2);
    }
    return now > 0 ? std::sqrt(then / now) : 1;
}

} // namespace

bool replicates_decide(RateRow const& row)
{
    if (!row.truths)
        return true;
    std::vector<SlopeInterval> each;
    for (Slope const& one : row.truths->each)
        each.push_back({one.slope, one.lo, one.hi});
    TruthMean const mean = truth_mean(each);
    return normal_97_5 * mean.within > student_quantile(mean.freedom) * mean.deviation;
}

long long replicates_for(RateRow const& row, double half_width)
{
    double const half = half_of(row.mean.lo, row.mean.hi);
    auto const enough = [&](long long replicates) {
        return half * narrowing(row, static_cast<double>(replicates)) <= half_width;
    };
    constexpr long long most = 1'000'000'000'000'000; // which an int64 and a double hold
    long long above = 2;
    while (above < most && !enough(above))
        above *= 2;
    long long below = above / 2; // not enough, or 1
    while (above - below > 1) {
        long long const middle = below + (above - below) / 2;
        (enough(middle) ? above : below) = middle;
    }
    return std::min(above, most);
}

std::vector<RowPrecision> precision_of(std::vector<RateRow> const& rows, double half_width)
{
    std::vector<RowPrecision> all;
    for (RateRow const& row : rows) {
        RowPrecision one;
        one.label = row.label;
        one.loss = loss_target_text(row);
        one.replicates = row.replicates;
        one.half_width = half_of(row.mean.lo, row.mean.hi);
        one.spread = no_number;
        one.reached = one.half_width <= half_width;
        if (std::isnan(one.half_width)) {
            one.unknown = row.mean.reason.empty() ? "it has no slope" : row.mean.reason;
            one.single = one.replicates == 1 && !std::isnan(row.mean.slope);
        } else if (replicates_decide(row)) {
            if (!row.truths)
                one.spread = row.mean.deviation * std::sqrt(row.replicates * leverage(row.n));
            one.needed = replicates_for(row, half_width);
        } else if (one.reached) {
            one.needed = one.replicates;
        } else { // replicates do not bring truths together
            one.unknown = "truths differ, raise study.truths";
            one.single = one.replicates == 1;
        }
        all.push_back(std::move(one));
    }
    return all;
}

long long most_needed(std::vector<RowPrecision> const& rows)
{
    long long most = 0;
    for (RowPrecision const& one : rows)
        if (one.needed > 0)
            most = std::max({most, one.needed, static_cast<long long>(one.replicates)});
    return most;
}

bool all_reached(std::vector<RowPrecision> const& rows)
{
    bool some = false;
    for (RowPrecision const& one : rows) {
        if (one.single || (!std::isnan(one.half_width) && !one.reached))
            return false;
        some = some || one.reached;
    }
    return some;
}

} // namespace moerate
