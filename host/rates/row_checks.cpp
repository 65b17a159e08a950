#include "host/rates/row_checks.h"

#include "host/rates/precision.h"
#include "host/rates/verdict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <iterator>
#include <numeric>

namespace moerate
{
namespace
{

// From which numbers on a check speaks.
constexpr double few_certified = 0.9;      ///< share, over all n
constexpr double coarse_half_width = 0.1;  ///< of a slope's interval
constexpr double wanted_half_width = 0.05; ///< what the remedy aims at
constexpr double least_range = 10;         ///< largest n over smallest
constexpr long long enough_fits = 10;      ///< for what none of them did to say something

std::string unfinished(RateRow const& row)
{
    long long const stored = std::accumulate(row.fits.begin(), row.fits.end(), 0LL);
    return stored >= row.planned ? ""
                                 : fmt::format("{} of {} fits are stored", stored, row.planned);
}

std::string not_at_a_minimum(RateRow const& row)
{
    return row.not_stationary.empty() ? "" : "fits ended " + row.not_stationary;
}

std::string little_certified(RateRow const& row)
{
    if (!row.certified_share || *row.certified_share >= few_certified)
        return {};
    return fmt::format("{:.0f} % of fits are certified", 100 * *row.certified_share);
}

std::string near_start_lost(RateRow const& row)
{
    long long const stored = std::accumulate(row.fits.begin(), row.fits.end(), 0LL);
    if (!row.near_start_won || *row.near_start_won > 0 || stored < enough_fits)
        return {};
    return fmt::format("in none of {} fits it led to the least training error", stored);
}

std::string other_target(RateRow const& row)
{
    return row.off_target;
}

std::string heavy_tails(RateRow const& row)
{
    if (!row.heavy_tail || !std::isfinite(row.mean.slope)) // one n has no slopes to compare
        return {};
    return fmt::format("slope of the mean {:.3f}, of the median {:.3f}", row.mean.slope,
                       row.median.slope);
}

/// Half the length of a wide interval of the slope; 0 if it is none.
double wide(RateRow const& row)
{
    double const half = (row.mean.hi - row.mean.lo) / 2;
    return std::isfinite(half) && half > coarse_half_width ? half : 0;
}

std::string coarse(RateRow const& row)
{
    if (wide(row) == 0 || !replicates_decide(row))
        return {};
    return fmt::format("+- {:.2f} with {} replicates; about {} give +- {}", wide(row),
                       row.replicates, replicates_for(row, wanted_half_width), wanted_half_width);
}

std::string coarse_over_truths(RateRow const& row)
{
    if (wide(row) == 0 || replicates_decide(row))
        return {};
    return fmt::format("+- {:.2f} over {} truths, whose slopes have a standard deviation of {:.2f}",
                       wide(row), row.truths->each.size(), row.truths->spread);
}

std::string narrow(RateRow const& row)
{
    if (row.n.size() >= 3 && static_cast<double>(row.n.back()) / row.n.front() >= least_range)
        return {};
    return row.n.empty() ? "" : fmt::format("n = {}", fmt::join(row.n, ", "));
}

/// THE LIST of checks of rows.
constexpr RowCheck checks[] = {
    {"unfinished", "The study is not finished",
     "run its file again with the same -o: `moerate run` goes on where it stopped", unfinished},
    {rule::failed.code, "Fits failed and are left out",
     "lower estimator.learning_rate, where there is one, start.scale or start.exponent; `moerate "
     "export` has their status"},
    {rule::no_descent.code, "Fits ended above their start's training error",
     "lower estimator.learning_rate, raise estimator.batch or epochs, or fit by least squares "
     "(estimator.kind)"},
    {rule::start.code, "The slope is that of the starting points",
     "it says nothing of the estimator: start.exponent = 0, more epochs, or least squares with "
     "blind starts (estimator.kind)",
     nullptr,
     "it says nothing of the estimator: start.exponent = 0 where it is another, larger n / "
     "sigma^2, and enough study.replicates for the two slopes to be told apart"},
    {rule::admissible.code, "Few fits are as good on their data as the truth",
     "more epochs, a smaller rate, or least squares (estimator.kind)", nullptr,
     "these ended at minima above the truth's error, or before a minimum: raise start.starts, and "
     "estimator.iterations where fits ended slow"},
    {rule::few_samples.code, "There are few samples for so large a model",
     "larger study.n, or fewer experts"},
    {rule::box.code, "Fits lie on the box",
     "larger estimator.box, or larger n / sigma^2 (study.n, data.noise_variance); `moerate show` "
     "has such a fit's parameters"},
    {rule::floor.code, "The regression error has stopped falling",
     "from there on something else is measured: leave these n out (study.n), or raise epochs, "
     "lower the rate, use a target that the family holds"},
    {rule::target.code, "The projection is not unique",
     "there is no one target: compare by regression and expert errors, or change the fitted "
     "family"},
    {rule::grows.code, "The slope is above 0",
     "that is no rate: look at start.exponent, n / sigma^2 and the share admissible"},
    {rule::not_one_line.code, "The curve is not one line",
     "the slope depends on the n: take a narrower range of study.n, and larger n"},
    {"not_stationary", "Least squares stopped before its end",
     "where they ended slow raise estimator.iterations; where stuck no step goes down, at a kink "
     "or a jump of f, and more iterations change nothing; `moerate replay` shows the way of one "
     "such fit",
     not_at_a_minimum},
    {"few_certified", "Fits may not be the least of their data",
     "raise start.starts (half of them blind): certified are fits that two starts found",
     little_certified},
    {"near_start_lost", "The start near the truth never won",
     "where gates do not compete (sigmoid), atoms that start beside one true atom are far from the "
     "truth's f: start.split = \"null\"; else blind starts find lower minima than any near the "
     "truth",
     near_start_lost},
    {"off_target", "The fitted family does not hold the truth's parameters",
     "ask for the loss against target = \"projection\", or compare gates by regression and expert "
     "errors",
     other_target},
    {"heavy_tails", "A few fits make the mean",
     "go by the median, trimmed and geometric mean; `moerate show DIR --worst LOSS` shows such a "
     "fit",
     heavy_tails},
    {"coarse", "The interval of the slope is wide", "raise study.replicates: stored fits are kept",
     coarse},
    {"coarse_over_truths", "The interval over truths is wide",
     "raise study.truths: replicates do not bring truths together", coarse_over_truths},
    {"narrow_n", "The sizes are too few or too close for a rate",
     "spread study.n over two decades, such as { geom = [1000, 100000, 10] }", narrow},
};

} // namespace

std::string found_by(RowCheck const& check, RateRow const& row)
{
    if (check.find != nullptr)
        return check.find(row);
    for (std::vector<Reason> const* reasons : {&row.reasons, &row.mean.reasons})
        for (Reason const& reason : *reasons)
            if (reason.code == check.code)
                return reason.text;
    return {};
}

std::vector<RowCheck> const& row_checks()
{
    static std::vector<RowCheck> const all(std::begin(checks), std::end(checks));
    return all;
}

} // namespace moerate
