#include "host/rates/truths_levels.h"

#include "host/rates/truth_mean.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// A number of a level over the truths, and what the replicates leave open of it.
void set_level(std::vector<CurveLevel const*> const& each, CurveLevel& all,
               double CurveLevel::*value, double CurveLevel::*error)
{
    double logs = 0, squares = 0;
    for (CurveLevel const* at : each) {
        logs += std::log(at->*value);
        squares += std::pow(at->*error / at->*value, 2);
    }
    double const truths = static_cast<double>(each.size());
    all.*value = std::exp(logs / truths);
    all.*error = all.*value * std::sqrt(squares) / truths;
}

/// The level at position `i` over the truths.
CurveLevel level_over(OfTruths const& truths, std::size_t i)
{
    std::vector<CurveLevel const*> each;
    for (RateRow const* row : truths)
        each.push_back(&row->levels[i]);
    CurveLevel all = *each[0];
    for (std::size_t t = 1; t < each.size(); ++t) {
        all.replicates += each[t]->replicates;
        all.fits += each[t]->fits;
        all.failed += each[t]->failed;
        all.no_descent += each[t]->no_descent;
    }
    set_level(each, all, &CurveLevel::mean, &CurveLevel::error);
    set_level(each, all, &CurveLevel::regression, &CurveLevel::regression_error);
    double logs = 0;
    for (CurveLevel const* at : each)
        logs += std::log(at->median) / static_cast<double>(each.size());
    all.median = std::exp(logs);
    for (std::optional<double> CurveLevel::*share :
         {&CurveLevel::admissible, &CurveLevel::near_start_won})
        all.*share = mean_of(truths, [=](RateRow const& row) { return row.levels[i].*share; });
    return all;
}

} // namespace

bool same_n(OfTruths const& truths)
{
    return std::all_of(truths.begin(), truths.end(),
                       [&](RateRow const* row) { return row->n == truths[0]->n; });
}

void set_levels(RateRow& all, OfTruths const& truths)
{
    all.influences.clear();
    for (RateRow const* row : truths)
        if (!same_n(truths) || row->levels.size() != all.levels.size() ||
            row->windows.size() != all.windows.size())
        {
            all.levels.clear();
            all.windows.clear();
            return;
        }
    for (std::size_t i = 0; i < all.levels.size(); ++i)
        all.levels[i] = level_over(truths, i);
    for (std::size_t i = 0; i < all.windows.size(); ++i)
        for (SlopeInterval Window::*slope : {&Window::mean, &Window::regression}) {
            std::vector<SlopeInterval> each;
            for (RateRow const* row : truths)
                each.push_back(row->windows[i].*slope);
            all.windows[i].*slope = mean_interval(each);
        }
}

} // namespace moerate
