#include "host/rates/truths.h"

#include "host/core/text.h"
#include "host/rates/contrast.h"
#include "host/rates/notes.h"
#include "host/rates/statistics.h"
#include "host/rates/truth_mean.h"
#include "host/rates/truths_levels.h"
#include "host/rates/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace moerate
{
namespace
{

/// "truth 2: why" of each truth that has something to say; said once where all say the same.
template <class Get>
std::string said(OfTruths const& truths, Get&& get)
{
    std::string text;
    bool same = true;
    for (std::size_t t = 0; t < truths.size(); ++t) {
        std::string const one = get(*truths[t]);
        same = same && one == get(*truths[0]);
        if (!one.empty())
            text += fmt::format("{}truth {}: {}", text.empty() ? "" : "; ", t + 1, one);
    }
    return same ? get(*truths[0]) : text;
}

/// The truths' reasons, one a code in the order of appearance: how many truths have it, and what
/// the first of them says; all numbers, by truth.
template <class Get>
std::vector<Reason> reasons_over(OfTruths const& truths, Get&& get)
{
    std::vector<Reason> all;
    std::vector<std::vector<std::size_t>> having;
    for (std::size_t t = 0; t < truths.size(); ++t)
        for (Reason const& reason : get(*truths[t])) {
            auto const same = [&](Reason const& known) { return known.code == reason.code; };
            auto const at = std::find_if(all.begin(), all.end(), same) - all.begin();
            if (at == static_cast<std::ptrdiff_t>(all.size())) {
                all.push_back(
                    {reason.code, reason.text, {{"truths", nlohmann::ordered_json::array()}}});
                having.emplace_back();
            }
            nlohmann::ordered_json numbers = reason.numbers;
            numbers["truth"] = t + 1;
            all[at].numbers["truths"].push_back(std::move(numbers));
            having[at].push_back(t + 1);
        }
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i].text = fmt::format("in {} of {} truths, as in truth {}: {}", having[i].size(),
                                  truths.size(), having[i].front(), all[i].text);
    return all;
}

/// Value and deviation at each n.
void set_values(Slope& all, std::vector<Slope const*> const& each)
{
    std::size_t const sizes = all.value.size();
    for (std::size_t i = 0; i < sizes; ++i) {
        double log_sum = 0, relative = 0;
        for (Slope const* slope : each) {
            log_sum += std::log(slope->value[i]); // a value of 0: the mean is 0
            if (!slope->sd.empty())
                relative += std::pow(slope->sd[i] / slope->value[i], 2);
        }
        double const truths = static_cast<double>(each.size());
        all.value[i] = std::exp(log_sum / truths);
        if (!all.sd.empty())
            all.sd[i] = all.value[i] * std::sqrt(relative / truths);
    }
    for (auto const percentile : {&Slope::p05, &Slope::p50, &Slope::p95})
        for (std::size_t i = 0; i < (all.*percentile).size(); ++i) {
            double log_sum = 0;
            for (Slope const* slope : each)
                log_sum += std::log((slope->*percentile)[i]);
            (all.*percentile)[i] = std::exp(log_sum / static_cast<double>(each.size()));
        }
}

/// The reason of a slope of one truth where all truths together have an interval.
std::string beside_others(Slope const& slope)
{
    std::string const alone = one_replicate;
    if (!slope.single || slope.reason.compare(0, alone.size(), alone) != 0)
        return slope.reason;
    return "one replicate a truth (the interval goes by how far the truths' slopes are apart)" +
           slope.reason.substr(alone.size());
}

/// One slope over the truths; `get` is where a row has it.
template <class Get>
Slope mean_slope(OfTruths const& truths, Get&& get)
{
    std::vector<Slope const*> each;
    for (RateRow const* row : truths)
        each.push_back(&get(*row));
    Slope all = *each[0];
    all.slope = all.lo = all.hi = no_number;
    all.deviation = all.freedom = no_number;
    all.reason = said(truths, [&](RateRow const& row) { return get(row).reason; });
    all.reasons = reasons_over(
        truths, [&](RateRow const& row) -> auto& { return get(row).reasons; });
    auto const other = [&](Slope const* slope) { return slope->value.size() != all.value.size(); };
    if (!same_n(truths) || std::any_of(each.begin(), each.end(), other)) {
        all.reason = truths_differ_in_n;
        for (auto const list : {&Slope::value, &Slope::sd, &Slope::p05, &Slope::p50, &Slope::p95})
            std::fill((all.*list).begin(), (all.*list).end(), no_number);
        return all;
    }
    set_values(all, each);
    std::vector<SlopeInterval> intervals;
    for (Slope const* slope : each)
        intervals.push_back({slope->slope, slope->lo, slope->hi, slope->single});
    SlopeInterval const mean = mean_interval(intervals);
    if (!std::isnan(mean.lo))
        all.reason = said(truths, [&](RateRow const& row) { return beside_others(get(row)); });
    all.slope = mean.slope;
    all.lo = mean.lo;
    all.hi = mean.hi;
    return all;
}

/// The slopes by block, which are those of one loss and model in all truths.
void set_blocks(RateRow& all, OfTruths const& truths)
{
    for (std::size_t b = 0; all.blocks && b < all.blocks->size(); ++b)
        for (BlockSlope BlockSlopes::*cells : {&BlockSlopes::over, &BlockSlopes::exact})
            for (Slope BlockSlope::*slope : {&BlockSlope::mean, &BlockSlope::median})
                ((*all.blocks)[b].*cells).*slope =
                    mean_slope(truths, [=](RateRow const& row) -> Slope const& {
                        return ((*row.blocks)[b].*cells).*slope;
                    });
}

void set_slopes(RateRow& all, OfTruths const& truths)
{
    for (Slope RateRow::*slope : {&RateRow::mean, &RateRow::median, &RateRow::trimmed,
                                  &RateRow::geometric, &RateRow::start, &RateRow::regression})
        all.*slope =
            mean_slope(truths, [=](RateRow const& row) -> Slope const& { return row.*slope; });
    for (Slope ExpertSlopes::*slope :
         {&ExpertSlopes::over, &ExpertSlopes::exact, &ExpertSlopes::missed})
        all.expert.*slope = mean_slope(
            truths, [=](RateRow const& row) -> Slope const& { return row.expert.*slope; });
    for (Slope ResponseSlopes::*slope : {&ResponseSlopes::cell, &ResponseSlopes::gate})
        all.response.*slope = mean_slope(
            truths, [=](RateRow const& row) -> Slope const& { return row.response.*slope; });
    if (all.oracle)
        all.oracle =
            mean_slope(truths, [](RateRow const& row) -> Slope const& { return *row.oracle; });
}

/// Adds counts at the n of the first truth, or averages shares over the truths that have this n.
template <class T>
void add_up(RateRow& all, OfTruths const& truths, std::vector<T> RateRow::*list, bool average)
{
    for (std::size_t i = 0; i < (all.*list).size(); ++i) {
        T sum = 0;
        int having = 0;
        for (RateRow const* row : truths) {
            auto const at = static_cast<std::size_t>(
                std::find(row->n.begin(), row->n.end(), all.n[i]) - row->n.begin());
            if (at >= (row->*list).size())
                continue;
            sum += (row->*list)[at];
            ++having;
        }
        (all.*list)[i] = average ? sum / static_cast<T>(having) : sum;
    }
}

void set_counts(RateRow& all, OfTruths const& truths)
{
    for (std::vector<int> RateRow::*list : {&RateRow::fits, &RateRow::failed, &RateRow::no_descent})
        add_up(all, truths, list, false);
    for (std::vector<double> RateRow::*list : {&RateRow::box_share, &RateRow::excess})
        add_up(all, truths, list, true);
    all.planned *= static_cast<long long>(truths.size());
    for (RateRow const* row : truths) {
        all.replicates = std::min(all.replicates, row->replicates);
        all.heavy_tail = all.heavy_tail || row->heavy_tail;
        if (row->rank && all.rank)
            all.rank = {{std::min(all.rank->first, row->rank->first),
                         std::max(all.rank->second, row->rank->second)}};
    }
    for (std::optional<double> RateRow::*share :
         {&RateRow::admissible_share, &RateRow::certified_share, &RateRow::stationary_share,
          &RateRow::best_share, &RateRow::near_start_won})
        all.*share = mean_of(truths, [=](RateRow const& row) { return row.*share; });
}

RateRow row_over(OfTruths const& truths, std::string const& label)
{
    RateRow all = *truths[0];
    all.label = label;
    set_counts(all, truths);
    set_slopes(all, truths);
    set_blocks(all, truths);
    set_levels(all, truths);
    all.not_stationary = said(truths, [](RateRow const& row) { return row.not_stationary; });
    all.reasons = reasons_over(
        truths, [](RateRow const& row) -> auto& { return row.reasons; });
    std::vector<Reason> against = all.reasons;
    against.insert(against.end(), all.mean.reasons.begin(), all.mean.reasons.end());
    all.bracketed = texts_of(against);
    Truths within;
    std::vector<SlopeInterval> slopes;
    for (RateRow const* row : truths) {
        within.each.push_back(row->mean);
        slopes.push_back({row->mean.slope, row->mean.lo, row->mean.hi});
    }
    within.spread = spread_of(slopes);
    all.truths = std::move(within);
    return all;
}

} // namespace

std::vector<RateRow> over_truths(std::vector<std::vector<RateRow>> within, std::string const& label)
{
    if (within.size() == 1)
        return std::move(within[0]);
    std::vector<RateRow> rows;
    for (std::size_t loss = 0; loss < within[0].size(); ++loss) {
        OfTruths truths;
        for (std::vector<RateRow> const& rows_of_truth : within)
            truths.push_back(&rows_of_truth[loss]);
        rows.push_back(row_over(truths, label));
    }
    return rows;
}

std::string truths_block(std::vector<RateRow> const& rows, NameColumns const& names)
{
    std::size_t most = 0;
    for (RateRow const& row : rows)
        most = std::max(most, row.truths ? row.truths->each.size() : 0);
    if (most == 0)
        return "";
    std::vector<std::string> head{"loss", "target", "spread"};
    for (std::size_t t = 1; t <= most; ++t)
        head.push_back(fmt::format("truth {}", t));
    std::vector<std::vector<std::string>> lines{names.head(head)};
    auto const text = [](double slope) {
        return std::isnan(slope) ? std::string("none") : fmt::format("{:.3f}", slope);
    };
    for (RateRow const& row : rows) {
        if (!row.truths)
            continue;
        std::vector<std::string> cells{loss_text(row), row.target, text(row.truths->spread)};
        for (Slope const& slope : row.truths->each)
            cells.push_back(text(slope.slope));
        cells.resize(head.size(), "-"); // another study may have fewer truths
        lines.push_back(names.line(row, cells));
    }
    return "\nThe slope of the mean loss within each truth; spread: their standard deviation\n\n" +
           aligned(lines);
}

} // namespace moerate
