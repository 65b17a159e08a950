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
    Curve const* curve;
};

/// One side of a comparison.
struct ComparedSlope
{
    std::string study, label, loss; ///< loss: as tables show it; empty for errors in L2
    std::vector<int> n;
    int replicates = 0; ///< least over n, of those that are compared
    SlopeInterval slope{no_number, no_number, no_number};
    bool bracketed = false; ///< some reason is against it (verdict.h)
};

/// One quantity of two curves.
struct Comparison
{
    std::string quantity; ///< "regression error", or a loss as tables show it
    ComparedSlope a, b;
    std::string not_comparable; ///< why there is no difference; empty if there is
    /// Both curves have the same data at each n and replicate, and one draw of replicates serves
    /// both; else their draws have nothing in common.
    bool paired = false;
    SlopeInterval difference{no_number, no_number, no_number}; ///< slope of a minus slope of b
    double p = no_number;    ///< two-sided, that the difference is 0
    double holm = no_number; ///< after Holm, over the comparisons of the same quantity
    int ratio_n = 0;         ///< largest n of both; 0 where they end at different n
    SlopeInterval ratio{no_number, no_number, no_number}; ///< mean of a over mean of b there
};

/// Compares curves pair by pair, errors in L2 first, then the losses that both have. Losses of
/// different gates are distances of different parameters: not comparable. Of curves with the same
/// streams (seed, truth, nesting) those n count that both have, and at each the replicates that
/// both have. `rows` are the rates of their studies, whose reasons bracket slopes.
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
