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
    int replicates = 0; ///< least over n
    std::vector<int> failed;
    std::optional<double> admissible_share, certified_share;
    std::vector<double> box_share;
    std::vector<double> n_over_sigma2;
    std::optional<std::string> bracketed; ///< reason why the slope gets no verdict
    Slope mean, median, trimmed, geometric; ///< of the loss
    Slope start;      ///< mean loss of the starting points
    Slope regression; ///< mean regression error
    Slope expert;     ///< mean of the larger expert error that exists (over, else exact)
    std::optional<double> reported_slope;
    std::string theory;
};

/// Rates of a store. Reads the stored study for labels, reported slopes and theory.
std::vector<RateRow> rates(Store const& store);

/// Least squares slope of log(value) on log(n).
double log_slope(std::vector<int> const& n, std::vector<double> const& value);

/// The documented JSON object {"rows": [...]}; null where there is no number.
nlohmann::ordered_json rates_to_json(std::vector<RateRow> const& rows);

/// The table for people, with notes below it.
std::string rates_table(std::vector<RateRow> const& rows);

} // namespace moerate
