#pragma once

/// @file
/// Differences of slopes between curves of any studies.

#include "host/rates/contrast.h"
#include "host/rates/rates.h"

#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// One curve to compare, of results that outlive it.
struct ComparedCurve
{
    Store const* store;
    Study const* study;
    std::vector<Curve const*> truths; ///< the curve under each truth that it is taken over
    std::string label;                ///< what it goes by
};

/// One side of a comparison.
struct ComparedSlope
{
    std::string study, label, loss; ///< loss: as tables show it; empty for errors in L2
    std::string target;             ///< what the loss is against; empty for errors in L2
    std::vector<int> n;
    int replicates = 0; ///< least over truths and n, of those that are compared
    int truths = 1;     ///< that are compared; of several the slope is a mean (truths.h)
    SlopeInterval slope{no_number, no_number, no_number};
    bool bracketed = false; ///< some reason is against it (verdict.h)
};

/// The difference of two slopes within one truth.
struct DifferenceWithin
{
    int truth; ///< its number
    SlopeInterval difference;
};

/// One quantity of two curves.
struct Comparison
{
    std::string quantity; ///< "regression error", or a loss as tables show it
    ComparedSlope a, b;
    std::string not_comparable; ///< why there is no difference; empty if there is
    /// Both curves have the same x, noise and starts at each n and replicate (streams_key: the
    /// truth may be a fit's own), and one draw of replicates serves both; else their draws have
    /// nothing in common.
    bool paired = false;
    SlopeInterval difference{no_number, no_number, no_number}; ///< slope of a minus slope of b
    std::vector<DifferenceWithin> within; ///< paired over several truths: that within each
    double p = no_number;    ///< two-sided, that the difference is 0; none without an interval
    double holm = no_number; ///< after Holm, over the comparisons of the same quantity
    int ratio_n = 0;         ///< largest n of both; 0 where they end at different n
    SlopeInterval ratio{no_number, no_number, no_number}; ///< mean of a over mean of b there
};

/// Standard deviation of the differences within truths.
double spread_of(Comparison const& one);

/// Compares curves pair by pair, errors in L2 first, then the losses that both have. Losses of
/// different gates are distances of different parameters: not comparable. Of curves with the same
/// streams (seed, truth, nesting) those n count that both have, and at each the replicates that
/// both have. Over several truths the difference is the mean of those within the truths whose
/// streams both have, else the difference of two independent means; intervals and p are Student's,
/// of what truths and replicates vary (truth_mean.h), the ratio that of geometric means. `rows` are
/// the rates of their studies, whose reasons bracket slopes.
std::vector<Comparison> compare(Device& device, std::vector<ComparedCurve> const& curves,
                                std::vector<std::pair<int, int>> const& pairs,
                                std::vector<RateRow> const& rows);

/// Holm's step-down correction of some p, in their order.
std::vector<double> holm(std::vector<double> const& p);

/// The table for people, with what it rests on below.
std::string comparison_table(std::vector<Comparison> const& all);

/// {"comparisons": [...]}; null where there is no number.
nlohmann::ordered_json comparisons_json(std::vector<Comparison> const& all);

} // namespace moerate
