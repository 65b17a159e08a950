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

/// "12 replicates, widest half-width 0.0500 (softmax softmax.L1)".
std::string state_text(std::vector<RowPrecision> const& rows, int replicates)
{
    RowPrecision const* widest = nullptr;
    for (RowPrecision const& one : rows)
        if (!std::isnan(one.half_width) &&
            (widest == nullptr || one.half_width > widest->half_width))
            widest = &one;
    std::string const done = fmt::format("{} replicate{}", replicates, replicates == 1 ? "" : "s");
    if (widest == nullptr)
        return done + ", no slope has a half-width";
    return fmt::format("{}, widest half-width {:.4f} ({} {})", done, widest->half_width,
                       widest->label, widest->loss);
}

/// Which slopes have the half-width, where each has it that has any.
std::string reached_text(std::vector<RowPrecision> const& rows, double half_width)
{
    auto const without = std::count_if(rows.begin(), rows.end(), [](RowPrecision const& one) {
        return std::isnan(one.half_width);
    });
    if (without == 0)
        return fmt::format("every slope has {:g}", half_width);
    return fmt::format("{} of {} slopes have {:g}, the others have no half-width",
                       rows.size() - static_cast<std::size_t>(without), rows.size(), half_width);
}

/// Replicates that bring the half-width to rows without it, two where a slope has no interval for
/// want of a second one; 0: none do.
long long needed_by(std::vector<RowPrecision> const& rows)
{
    long long most = 0;
    for (RowPrecision const& one : rows)
        most = std::max(most, one.single ? 2LL : one.reached ? 0LL : one.needed);
    return most;
}

/// What to do for all rows that can be planned.
std::string advice_of(PlannedPrecision const& planned)
{
    if (planned.replicates == 0)
        return "no row can be planned";
    if (needed_by(planned.rows) == 0)
        return fmt::format("each row that can be planned has it with the {} replicates there are",
                           planned.replicates);
    return fmt::format("all rows: --set study.replicates={}, about {}", planned.replicates,
                       format_duration(planned.all_seconds));
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
    if (needed_by(planned.rows) == 0)
        return planned;
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
    print("{}\n", advice_of(planned));
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
        for (RowPrecision const& one : rows)
            if (!one.unknown.empty())
                note(quiet, fmt::format("{} {}: {} ({})", one.label, one.loss,
                                        std::isnan(one.half_width)
                                            ? "no half-width"
                                            : fmt::format("half-width {:.4f}", one.half_width),
                                        one.unknown));
        std::string const state = state_text(rows, replicates);
        if (all_reached(rows)) {
            note(quiet, fmt::format("{}: {}; {}", state, reached_text(rows, half_width), folder));
            return report;
        }
        long long const needed = needed_by(rows);
        if (needed == 0 || replicates >= most) {
            note(false,
                 fmt::format("{}: not {:g} ({})", state, half_width,
                             replicates >= most
                                 ? fmt::format("{} replicates are the most, --max-replicates "
                                               "sets that",
                                               most)
                                 : "more replicates do not help"));
            return report;
        }
        replicates = next_replicates(replicates, needed, most);
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
