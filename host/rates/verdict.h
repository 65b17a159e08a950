#pragma once

/// @file
/// Why a slope is not to be read as a rate: the reasons, with their thresholds in one table.

#include "host/rates/contrast.h"
#include "host/rates/samples.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace moerate
{

/// One line of the table of reasons.
struct ReasonRule
{
    char const* code;
    double threshold; ///< not a number: none
    char const* when; ///< the slope is in brackets when
};

/// All reasons (`moerate list reasons`, docs/reading-the-table.md).
namespace rule
{
constexpr ReasonRule few_samples{"few_samples", 10,
                                 "some n is below so many ranks of J^T J (numbers of parameters "
                                 "where the rank is not known)"};
constexpr ReasonRule box{"box", 0.05,
                         "the share of fits with a parameter on the box is above this at some n"};
constexpr ReasonRule failed{"failed", 0.05, "the share of failed fits is above this at some n"};
constexpr ReasonRule no_descent{"no_descent", 0.05,
                                "the share of fits whose training error ended above the start's "
                                "is above this at some n"};
constexpr ReasonRule admissible{"admissible", 0.5,
                                "the share of admissible fits is below this at some n"};
constexpr ReasonRule floor{"floor", -0.1,
                           "the mean regression error flattens: over the last n, three or more (both of two), "
                           "the 95 % interval of its slope lies above this"};
constexpr ReasonRule target{"target", no_number,
                            "the loss is against a projection that is not unique"};
constexpr ReasonRule start{"start", 0.95,
                           "the interval of this level holds the slope of the starting points' "
                           "own, or that of the two slopes' difference, from the same draws, "
                           "holds 0"};
constexpr ReasonRule grows{"grows", 0, "the slope is above this"};
constexpr ReasonRule not_one_line{"not_one_line", 0.01,
                                  "the test that the curve is one line has its p below this: the "
                                  "largest residual of the line against the bootstrap's"};
} // namespace rule

/// The table: first what is said of all slopes of a row, then what is said of one slope.
std::array<ReasonRule, 10> const& reason_rules();

/// Reasons that lie in the fits of a curve, and so hold for all slopes over them. `reference`: the
/// fitted class holds the truth.
std::vector<Reason> fit_reasons(Curve const& curve, std::vector<FitsAt> const& all, bool reference);

/// Reason `floor` of the curve of the mean regression error, if it has one.
std::optional<Reason> floor_reason(LogCurve const& regression);

/// Reasons of one slope: `grows`, `not_one_line`, and `start` where `start` has a slope: that of
/// the same statistic of the starting points. `paired` is the slope's curve over the replicates
/// that `start` is over, with the same draws.
std::vector<Reason> slope_reasons(Estimate const& of, LogCurve const& paired,
                                  Estimate const& start);

/// The reasons' texts after one another; none without reasons.
std::optional<std::string> texts_of(std::vector<Reason> const& reasons);

/// The reasons as a list of objects: code, text and numbers.
nlohmann::ordered_json reasons_json(std::vector<Reason> const& reasons);

} // namespace moerate
