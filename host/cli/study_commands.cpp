#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/cli/study_to_run.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/rates/rates.h"
#include "host/run/block_size.h"
#include "host/run/memory.h"
#include "host/run/runner.h"
#include "host/run/stop.h"
#include "host/run/targets.h"
#include "host/run/time_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace moerate
{
namespace
{

/// Work of a plan, cell by cell, with what a store holds of it.
struct CellWork
{
    Cell const* cell;
    int stored;
    Work all, missing;
};

std::vector<CellWork> cell_works(Study const& study, Plan const& plan, Store const* store)
{
    MissingJobs const missing(study, plan, store);
    std::vector<CellWork> works;
    for (int data = 0; data < static_cast<int>(plan.data.size()); ++data) {
        for (int const c : plan.data[data].cells) {
            int const stored = missing.stored(c);
            Work const fit = work_of(study, plan, {data, 0, {c}}); // with data of its own
            works.push_back({&plan.cells[c], stored, study.replicates * fit,
                             (study.replicates - stored) * fit});
        }
    }
    return works;
}

/// Largest device memory of one job with the evaluation points of its truth.
std::size_t least_memory(Study const& study, Plan const& plan)
{
    MemoryModel memory(study, plan);
    std::size_t most = 0;
    for (int data = 0; data < static_cast<int>(plan.data.size()); ++data)
        most = std::max(most, memory.bytes({{data, 0, plan.data[data].cells}}));
    return most;
}

/// A line of the plan with the work of its cell; `shared` where a line before has counted it.
struct ShownLine
{
    std::string label;
    LossKey loss;
    CellWork const* work;
    bool shared;
};

std::vector<ShownLine> shown_lines(Study const& study, Plan const& plan,
                                   std::vector<CellWork> const& works)
{
    std::map<Cell const*, CellWork const*> work_of_cell;
    for (CellWork const& work : works)
        work_of_cell[work.cell] = &work;
    std::set<int> seen;
    std::vector<ShownLine> lines;
    for (PlanLine const& line : plan_lines(study, plan))
        lines.push_back({study.curves[line.curve].label, loss_key(line.loss, at_fit),
                         work_of_cell.at(&plan.cells[line.cell]), !seen.insert(line.cell).second});
    return lines;
}

/// Time of work that devices of one kind share.
TimeModel time_of(Study const& study, Plan const& plan, Devices const& devices)
{
    TimeModel time = measure_time(study, plan, *devices.front());
    time.per_flop /= static_cast<double>(devices.size());
    time.per_point /= static_cast<double>(devices.size());
    return time;
}

void print_plan(std::vector<ShownLine> const& lines, TimeModel const& time)
{
    std::vector<std::vector<std::string>> table{{"curve", "loss", "n", "fits", "stored",
                                                 "sample-updates", "regression points",
                                                 "est. time"}};
    for (ShownLine const& line : lines) {
        CellWork const& work = *line.work;
        table.push_back({line.label, loss_text(line.loss), std::to_string(work.cell->n),
                         std::to_string(work.all.fits), std::to_string(work.stored)});
        if (line.shared)
            table.back().insert(table.back().end(), {"same fits", "", ""});
        else
            table.back().insert(table.back().end(), {format_si(work.missing.sample_updates),
                                                     format_si(work.missing.regression_points),
                                                     format_duration(time.seconds(work.missing))});
    }
    print_text(aligned(table));
}

/// Says so where no device has the memory of one replicate: `run` would refuse it.
void note_memory(std::size_t least, Devices const& devices)
{
    std::size_t most = 0;
    for (std::unique_ptr<Device> const& device : devices)
        most = std::max(most, device->info().memory_bytes);
    if (most > 0 && least > most)
        note(false, fmt::format("warning: one replicate needs {} ({} has {}) lower study.n, data.d "
                                "or study.regression_samples, or run it on a larger device",
                                bytes_text(least), devices_text(devices), bytes_text(most)));
}

nlohmann::ordered_json plan_json(std::vector<ShownLine> const& lines, TimeModel const& time)
{
    nlohmann::ordered_json cells = nlohmann::ordered_json::array();
    for (ShownLine const& line : lines) {
        CellWork const& work = *line.work;
        Work const missing = line.shared ? Work{} : work.missing;
        cells.push_back({{"cell", work.cell->id},
                         {"label", line.label},
                         {"loss", line.loss.name},
                         {"r", line.loss.r},
                         {"gauge", line.loss.gauge},
                         {"target", line.loss.target},
                         {"n", work.cell->n},
                         {"fits", work.all.fits},
                         {"stored", work.stored},
                         {"shared", line.shared},
                         {"sample_updates", missing.sample_updates},
                         {"regression_points", missing.regression_points},
                         {"seconds", time.seconds(missing)}});
    }
    return cells;
}

nlohmann::ordered_json report_json(Study const& study, std::string const& folder,
                                   RunReport const& report)
{
    return {{"study", study.id},
            {"folder", folder},
            {"fits", report.fits},
            {"failed", report.failed},
            {"reused", report.reused},
            {"losses_measured", report.losses},
            {"losses_unmeasured", report.unmeasured},
            {"sample_updates", report.sample_updates},
            {"seconds", report.seconds},
            {"interrupted", report.interrupted},
            {"too_many_failed", report.too_many_failed}};
}

/// What a run did, for people.
void note_report(std::string const& folder, RunReport const& report, bool quiet)
{
    note(quiet, fmt::format("{} fits done in {:.1f} s, {} reused, {} failed; {}", report.fits,
                            report.seconds, report.reused, report.failed, folder));
    if (report.losses > 0)
        note(quiet, fmt::format("{} losses measured on stored fits, none of them fitted again",
                                report.losses));
    if (report.unmeasured > 0)
        note(false, fmt::format("warning: {} losses are missing (their fits were stored with "
                                "--no-params) use a new folder to have them",
                                report.unmeasured));
}

} // namespace

int check_command(StudyOptions const& options, bool as_toml, CommonOptions const& common)
{
    Study const study = read_study(options.file, options.settings);
    if (as_toml) {
        print_text(study.resolved);
        return 0;
    }
    if (!common.json) {
        print_text(describe(study));
        return 0;
    }
    nlohmann::ordered_json labels = nlohmann::ordered_json::array();
    for (Curve const& curve : study.curves)
        labels.push_back(curve.label);
    print_json({{"id", study.id},
                {"title", study.title},
                {"labels", labels},
                {"n", study.n},
                {"replicates", study.replicates},
                {"resolved", study.resolved}});
    return 0;
}

int plan_command(StudyOptions const& options, std::string const& folder,
                 DeviceOptions const& choice, CommonOptions const& common)
{
    Study const study = with_unknown_targets(read_study(options.file, options.settings));
    Plan const plan = make_plan(study);
    Devices const devices = open_devices(choice.device, choice.threads);
    std::optional<Store> store;
    if (!folder.empty() && std::filesystem::exists(folder))
        store = Store::open(folder);
    std::vector<CellWork> const works = cell_works(study, plan, store ? &*store : nullptr);
    Work total;
    for (CellWork const& work : works)
        total += work.missing;
    TimeModel const time = time_of(study, plan, devices);
    std::size_t const memory = least_memory(study, plan);
    std::vector<ShownLine> const lines = shown_lines(study, plan, works);
    note_memory(memory, devices);
    if (common.json) {
        print_json({{"study", study.id},
                    {"device", devices_text(devices)},
                    {"cells", plan_json(lines, time)},
                    {"fits", total.fits},
                    {"sample_updates", total.sample_updates},
                    {"regression_points", total.regression_points},
                    {"seconds", time.seconds(total)},
                    {"bytes", memory}});
        return 0;
    }
    print_plan(lines, time);
    print("to do: {} fits, {}sample-updates, {}regression points, about {} on {}\n"
          "memory: at least {}\n",
          total.fits, format_si(total.sample_updates), format_si(total.regression_points),
          format_duration(time.seconds(total)), devices_text(devices), bytes_text(memory));
    return 0;
}

int run_command(RunCommandOptions const& options, CommonOptions const& common)
{
    auto const [study, folder] = study_to_run(options, common);
    Devices const devices = open_devices(options.device.device, options.device.threads);
    if (options.device.device == "auto" || devices.size() > 1)
        note(common.quiet, "device: " + devices_text(devices));
    StopOnSignal const stop;
    RunOptions run;
    run.keep_parameters = !options.no_parameters;
    run.block_seconds = options.save_every;
    run.argv = options.argv;
    run.progress = ProgressStyle::of_stderr(common.quiet);
    run.stop = StopOnSignal::requested;
    RunReport const report = run_study(study, folder, devices, run);
    note_report(folder, report, common.quiet);
    if (report.interrupted) {
        if (common.json)
            print_json(report_json(study, folder, report));
        note(false, fmt::format("stopped by a signal (all finished work is in {}) run the same "
                                "command to continue",
                                folder));
        return static_cast<int>(Exit::interrupted);
    }
    Store const store = Store::open(folder);
    Study const stored = stored_study(store);
    Device& own = *devices.front();
    bool const small = own.info().kind == "cuda" && resampled_replicates(stored) < gpu_pays;
    std::unique_ptr<Device> const cpu =
        small ? open_device("cpu", options.device.threads) : nullptr;
    std::vector<RateRow> const rows = rates(small ? *cpu : own, store, stored);
    if (common.json) {
        nlohmann::ordered_json document = report_json(study, folder, report);
        document["rates"] = rates_to_json(rows)["rows"];
        print_json(document);
    } else {
        print_text(rates_table(rows));
    }
    if (!report.too_many_failed.empty())
        throw Error(Exit::failed_fits,
                    fmt::format("too many fits failed (max_failed = {}): {}; look at {}, or raise "
                                "study.max_failed",
                                study.max_failed, fmt::join(report.too_many_failed, ", "),
                                report.failed_at.advice()));
    return 0;
}

} // namespace moerate
