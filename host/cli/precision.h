#pragma once

/// @file
/// Replicates for a wanted half-width of the slopes: what `plan` says of them, and `run` does.

#include "host/cli/commands.h"
#include "host/rates/precision.h"
#include "host/run/plan.h"
#include "host/run/runner.h"
#include "host/run/time_model.h"

#include <functional>
#include <string>
#include <vector>

namespace moerate
{

/// What rows need, with the time that it takes.
struct PlannedPrecision
{
    double half_width;
    std::vector<RowPrecision> rows;
    std::vector<double> seconds; ///< a row: its own further fits
    long long replicates;        ///< for all rows; 0: nothing is known
    double all_seconds;          ///< of all curves up to there
};

/// From the fits of `store`, which has at least two replicates of something.
PlannedPrecision planned_precision(Device& device, Store const& store, Study const& study,
                                   Plan const& plan, TimeModel const& time, double half_width);

void print_precision(PlannedPrecision const& planned);
nlohmann::ordered_json precision_json(PlannedPrecision const& planned);

/// Goes on from a study that was run until every slope has the half-width or `most` replicates are
/// done: `run` does a study of so many replicates. Says so in notes, unless quiet.
RunReport run_until(Study const& study, std::string const& folder, double half_width, int most,
                    RunReport report, std::function<RunReport(int replicates)> const& run,
                    std::function<std::vector<RateRow>()> const& rates, bool quiet);

} // namespace moerate
