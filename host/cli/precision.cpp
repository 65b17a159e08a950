#include "host/cli/precision.h"

#include "host/cli/output.h"
#include "host/core/text.h"
#include "host/rates/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Seconds that one replicate of a curve takes, at all its n; of all curves for an empty label.
double seconds_a_replicate(Study const& study, Plan const& plan, TimeModel const& time,
                           std::string const& label)
{
    Work work;
    for (int data = 0; data < static_cast<int>(plan.data.size()); ++data)
        for (int const c : plan.data[data].cells)
            if (label.empty() || study.curves[plan.cells[c].curve].label == label)
                work += work_of(study, plan, {data, 0, {c}});
    return time.seconds(work);
}

std::string number_cell(double value)
{
    return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
}

/// Replicates of the next round: what the rows need, but not more than four times as many at once,
/// since the spread of few replicates is a guess.
int next_replicates(int now, long long needed, int most)
{
    return static_cast<int>(
        std::min<long long>({std::max<long long>(needed, now + 1LL + now / 10), 4LL * now, most}));
}

} // namespace

PlannedPrecision planned_precision(Device& device, Store const& store, Study const& study,
                                   Plan const& plan, TimeModel const& time, double half_width)
{
    PlannedPrecision planned{
        half_width, precision_of(rates(device, store, study), half_width), {}, 0, 0};
    planned.replicates = most_needed(planned.rows);
    for (RowPrecision const& one : planned.rows)
        planned.seconds.push_back(static_cast<double>(std::max(0LL, one.needed - one.replicates)) *
                                  seconds_a_replicate(study, plan, time, one.label));
    int least = study.replicates;
    for (RowPrecision const& one : planned.rows)
        least = std::min(least, one.replicates);
    planned.all_seconds = static_cast<double>(std::max(0LL, planned.replicates - least)) *
                          seconds_a_replicate(study, plan, time, "");
    return planned;
}

void print_precision(PlannedPrecision const& planned)
{
    std::vector<std::vector<std::string>> lines{
        {"curve", "loss", "R", "half-width", "spread of log", "R needed", "est. time"}};
    for (std::size_t i = 0; i < planned.rows.size(); ++i) {
        RowPrecision const& one = planned.rows[i];
        bool const known = one.unknown.empty();
        lines.push_back({one.label, one.loss, fmt::format("{}", one.replicates),
                         number_cell(one.half_width), number_cell(one.spread),
                         known ? fmt::format("{}", one.needed) : "unknown",
                         known ? format_duration(planned.seconds[i]) : "-"});
    }
    print("\nReplicates for slopes of the mean loss with a half-width of {:g}\n\n",
          planned.half_width);
    print_text(aligned(lines));
    for (RowPrecision const& one : planned.rows)
        if (!one.unknown.empty())
            print_text(wrapped(
                printable(fmt::format("unknown {} {}: {}.", one.label, one.loss, one.unknown))));
    if (planned.replicates > 0)
        print("all rows: --set study.replicates={}, about {}\n", planned.replicates,
              format_duration(planned.all_seconds));
    else
        print("no row can be planned\n");
}

nlohmann::ordered_json precision_json(PlannedPrecision const& planned)
{
    auto const number = [](double value) {
        return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
    };
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < planned.rows.size(); ++i) {
        RowPrecision const& one = planned.rows[i];
        rows.push_back({{"label", one.label},
                        {"loss", one.loss},
                        {"replicates", one.replicates},
                        {"half_width", number(one.half_width)},
                        {"spread", number(one.spread)},
                        {"needed", one.needed},
                        {"reached", one.reached},
                        {"seconds", planned.seconds[i]}});
        if (!one.unknown.empty())
            rows.back()["reason"] = one.unknown;
    }
    return {{"half_width", planned.half_width},
            {"rows", rows},
            {"replicates", planned.replicates},
            {"seconds", planned.all_seconds}};
}

RunReport run_until(Study const& study, std::string const& folder, double half_width, int most,
                    RunReport report, std::function<RunReport(int replicates)> const& run,
                    std::function<std::vector<RateRow>()> const& rates, bool quiet)
{
    int replicates = study.replicates;
    while (!report.interrupted) {
        auto const rows = precision_of(rates(), half_width);
        double widest = 0;
        std::string which;
        for (RowPrecision const& one : rows) {
            if (one.half_width > widest) {
                widest = one.half_width;
                which = one.label + " " + one.loss;
            }
            if (!one.unknown.empty())
                note(quiet,
                     fmt::format("{} {}: no half-width ({})", one.label, one.loss, one.unknown));
        }
        std::string const state =
            fmt::format("{} replicates, widest half-width {:.4f} ({})", replicates, widest, which);
        if (all_reached(rows)) {
            note(quiet, fmt::format("{}: every slope has {:g}; {}", state, half_width, folder));
            return report;
        }
        if (most_needed(rows) == 0 || replicates >= most) {
            note(false,
                 fmt::format("{}: not {:g} ({})", state, half_width,
                             replicates >= most
                                 ? fmt::format("{} replicates are the most, --max-replicates "
                                               "sets that",
                                               most)
                                 : "more replicates do not help"));
            return report;
        }
        replicates = next_replicates(replicates, most_needed(rows), most);
        note(quiet, fmt::format("{}: on to {} replicates", state, replicates));
        RunReport const more = run(replicates);
        report.fits += more.fits;
        report.failed += more.failed;
        report.losses += more.losses;
        report.sample_updates += more.sample_updates;
        report.seconds += more.seconds;
        report.interrupted = more.interrupted;
        report.too_many_failed = more.too_many_failed;
        report.failed_at = more.failed_at;
    }
    return report;
}

} // namespace moerate
