#pragma once

/// @file
/// From stored fits to a table of convergence rates (interfaces.md, Rates).

#include "host/store/store.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace moerate
{

/// One statistic of a curve over n and its slope. Non-finite slope: none, `reason` says why.
struct Slope
{
    std::vector<double> value; ///< per n
    std::vector<double> sd;    ///< per n, standard deviation over replicates (mean only)
    double slope, lo, hi;      ///< 95 % percentile bootstrap interval
    std::string reason;
};

/// One row of the table: one label, loss and target of one study.
struct RateRow
{
    std::string study, label, loss, gauge, target, estimator;
    double r = 1;
    std::vector<int> n;
    int replicates = 0; ///< fits that count, least over n
    int planned = 0;    ///< replicates that the study asks for
    std::vector<int> failed;
    std::optional<double> admissible_share, certified_share;
    std::vector<double>
        box_share; ///< share of fits on the parameter box; 0 for sgd, which has none
    std::vector<double> n_over_sigma2;
    std::optional<std::string> bracketed;   ///< reason why the slope gets no verdict
    Slope mean, median, trimmed, geometric; ///< of the loss
    Slope start;                            ///< mean loss of the starting points
    Slope regression;                       ///< mean regression error
    Slope expert; ///< mean of the larger expert error that exists (over, else exact)
    std::optional<double> reported_slope;
    std::string theory;
    std::string off_target;  ///< why target "truth" is not what the fit estimates, empty if it is
    bool heavy_tail = false; ///< at some n the loss's standard deviation exceeds its mean
};

/// Rates of a store. Reads the stored study for labels, reported slopes and theory. Replicates and
/// n that the study no longer asks for are left out; an n without fits is missing from the row.
std::vector<RateRow> rates(Store const& store);

/// The same for a study that is at hand.
std::vector<RateRow> rates(Store const& store, Study const& study);

/// Least squares slope of log(value) on log(n). Not a number if a value is not positive and finite
/// or there are fewer than two different n.
double log_slope(std::vector<int> const& n, std::vector<double> const& value);

/// The documented JSON object {"rows": [...]}; null where there is no number.
nlohmann::ordered_json rates_to_json(std::vector<RateRow> const& rows);

/// The table for people, with notes below it.
std::string rates_table(std::vector<RateRow> const& rows);

} // namespace moerate
