#include "host/rates/precision.h"

#include "host/rates/interval.h"
#include "host/rates/notes.h"
#include "host/rates/statistics.h"

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

} // namespace

std::vector<RowPrecision> precision_of(std::vector<RateRow> const& rows, double half_width)
{
    std::vector<RowPrecision> all;
    for (RateRow const& row : rows) {
        RowPrecision one;
        one.label = row.label;
        one.loss = loss_target_text(row);
        one.replicates = row.replicates;
        one.half_width = (row.mean.hi - row.mean.lo) / 2;
        if (std::isnan(one.half_width)) {
            one.unknown = row.mean.reason.empty() ? "it has no slope" : row.mean.reason;
            one.spread = no_number;
            one.single = one.replicates == 1 && !std::isnan(row.mean.slope);
        } else if (row.truths) { // replicates do not bring truths together
            one.reached = one.half_width <= half_width;
            one.unknown = one.reached ? "" : "truths differ, raise study.truths";
            one.single = one.replicates == 1 && !one.reached;
            one.spread = no_number;
        } else {
            double const deviation = row.mean.deviation;
            one.spread = deviation * std::sqrt(row.replicates * leverage(row.n));
            one.reached = one.half_width <= half_width;
            double const wanted =
                row.replicates * std::pow(normal_97_5 * deviation / half_width, 2);
            one.needed = std::max(2LL, static_cast<long long>(std::ceil(std::min(wanted, 1e15))));
        }
        all.push_back(std::move(one));
    }
    return all;
}

long long most_needed(std::vector<RowPrecision> const& rows)
{
    long long most = 0;
    for (RowPrecision const& one : rows)
        most = std::max(most, one.needed);
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
