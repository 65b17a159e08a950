#pragma once

/// @file
/// From stored fits to a table of convergence rates (interfaces.md, Rates).

#include "host/device/device.h"
#include "host/rates/levels.h"
#include "host/rates/reason.h"
#include "host/store/store.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// One statistic of a curve over n and its slope. Non-finite slope: none, `reason` says why. Beside
/// a slope it says which fits are left out.
struct Slope
{
    std::vector<double> value; ///< per n
    std::vector<double> sd;    ///< per n, standard deviation over replicates (mean only)
    double slope, lo, hi;      ///< 95 % bootstrap interval
    std::string reason;
    double deviation = std::numeric_limits<double>::quiet_NaN(); ///< of the slope, as its draws say
    std::vector<Reason> reasons = {}; ///< why this slope is not a rate, beside those of its row
    /// Per n, percentiles 5, 50 and 95 of the replicates, linear between order statistics (mean
    /// only).
    std::vector<double> p05{}, p50{}, p95{};
    bool single = false; ///< of one replicate at some n, which alone gives no interval
    double freedom = std::numeric_limits<double>::infinity(); ///< degrees of, of `deviation`
};

/// Slopes of the mean expert errors (spec.md 2.2), each over the replicates that have the error.
struct ExpertSlopes
{
    Slope over;   ///< largest error in cells of several atoms
    Slope exact;  ///< in cells of one atom
    Slope missed; ///< largest distance of a true expert to the nearest fitted one
};

/// Slopes of the mean of what the cells lack in response and in gate weight (spec.md 2.2).
struct ResponseSlopes
{
    Slope cell;
    Slope gate;
};

/// Slopes of the distances of one block of parameters in cells of one kind.
struct BlockSlope
{
    Slope mean, median;
    std::string claim; ///< what follows from the loss's claim, "-0.25"; empty: nothing
};

/// The same of both kinds of cells (docs/losses.md, "By block").
struct BlockSlopes
{
    std::string block; ///< "gate.A", "expert", "mass"
    BlockSlope over, exact;
};

/// The slope of the mean loss of each truth of a study that has several.
struct Truths
{
    std::vector<Slope> each;
    double spread = 0; ///< their standard deviation
};

/// One row of the table: one label, loss and target of one study.
struct RateRow
{
    std::string study, label, loss, gauge, target, estimator;
    std::string fit;               ///< label of its [[fit]]: the label without what is swept
    std::vector<SweptValue> swept; ///< swept keys with the values of this row
    double r = 1;
    std::vector<int> n;
    int replicates = 0;    ///< fits whose loss counts, least over n
    std::vector<int> fits; ///< stored, by n
    long long planned = 0; ///< fits that the study asks for, over all its n
    std::vector<int> failed, no_descent;
    std::optional<double> admissible_share, certified_share, stationary_share, best_share;
    std::vector<double> excess; ///< mean n (MSE(fit) - MSE(reference)) / sigma^2, by n; NaN: none
    std::optional<double> near_start_won; ///< share of fits that the start near the truth led to
    int parameters = 0;
    std::optional<std::pair<int, int>> rank; ///< smallest and largest of the fits' J^T J
    std::string not_stationary; ///< how fits ended that are no stationary points, empty if all are
    std::vector<double>
        box_share; ///< share of fits on the parameter box; 0 where the estimator has none
    std::vector<double> n_over_sigma2;
    std::vector<Reason> reasons; ///< in its fits, why none of its slopes is a rate (verdict.h)
    std::optional<std::string> bracketed; ///< why the mean loss's slope is not a rate: all reasons
    Slope mean, median, trimmed, geometric; ///< of the loss
    Slope start;                            ///< mean loss of the starting points
    std::optional<Slope> oracle; ///< mean loss where the start near the truth alone led to
    Slope regression;            ///< mean regression error
    ExpertSlopes expert;
    ResponseSlopes response;
    /// Where asked for; empty where the loss has no true atom for each fitted one.
    std::optional<std::vector<BlockSlopes>> blocks;
    std::optional<double> reported_slope;
    std::optional<Truths> truths; ///< where the study has several: this row is of them all
    Theory theory;
    double error_bars = 2;   ///< of the study, for its figure
    std::string off_target;  ///< why target "truth" is not what the fit estimates, empty if it is
    bool heavy_tail = false; ///< at some n the loss's standard deviation exceeds its mean
    std::vector<CurveLevel> levels;
    std::vector<Window> windows;       ///< where asked for
    std::vector<Influence> influences; ///< where asked for: the most influential, first
    std::string not_shown;             ///< what the store holds beyond its study, empty if nothing
};

/// Which n rates are over, and what is told of them.
struct RatesOptions
{
    int least = 0; ///< n
    int most = std::numeric_limits<int>::max();
    bool windows = false; ///< with slopes over right parts of the n, and influential replicates
    bool blocks = false;  ///< with slopes by block, from the stored parameters
};

/// Rates of a store with the labels, reported slopes and theory of `study`. Replicates and n that
/// the study does not ask for are left out; an n without fits is missing from the row. `device`
/// summarizes and resamples; results of CPU and CUDA differ by rounding. Each statistic is over all
/// fits that did not fail and have its number.
std::vector<RateRow> rates(Device& device, Store const& store, Study const& study,
                           RatesOptions const& options = {});

/// The same on one CPU thread, for a study at hand and for the stored one.
std::vector<RateRow> rates(Store const& store, Study const& study);
std::vector<RateRow> rates(Store const& store);

/// Most replicates that the rates of a study draw, over all rows, n and draws: the work of a full
/// store.
double resampled_replicates(Study const& study);

/// resampled_replicates from which a GPU is worth its start. One CPU core draws some 2e8 a second
/// (docs/performance.md) and a CUDA context takes some tenths of a second to come up; the GPU's own
/// speed has not been measured.
constexpr double gpu_pays = 1e9;

/// Least squares slope of log(value) on log(n). Not a number if a value is not positive and finite
/// or there are fewer than two different n.
double log_slope(std::vector<int> const& n, std::vector<double> const& value);

/// The documented JSON object {"rows": [...]}; null where there is no number.
nlohmann::ordered_json rates_to_json(std::vector<RateRow> const& rows);

/// The table for people: blocks of all studies together, with notes below them.
std::string rates_table(std::vector<RateRow> const& rows);

/// Further blocks: what each curve comes to at each n, a block a unit of measure; slopes over right
/// parts of the n, and the replicates that decide slopes; slopes by block of parameters.
std::string levels_text(std::vector<RateRow> const& rows);
std::string windows_text(std::vector<RateRow> const& rows);
std::string blocks_text(std::vector<RateRow> const& rows);

} // namespace moerate
