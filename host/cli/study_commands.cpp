#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/cli/precision.h"
#include "host/cli/shard_plan.h"
#include "host/cli/study_to_run.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/core/words.h"
#include "host/run/memory.h"
#include "host/run/progress.h"
#include "host/run/runner.h"
#include "host/run/targets.h"
#include "host/run/time_model.h"
#include "host/run/truth_facts.h"

#include <fmt/format.h>

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
TimeModel time_of(Study const& study, Plan& plan, Devices const& devices)
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

/// The results that plan is asked about; those that it is to take the study of must be there.
std::optional<Store> planned_store(PlanOptions const& options)
{
    if (options.folder.empty())
        return std::nullopt;
    if (options.study.file.empty())
        return Store::open(options.folder);
    return Store::open_if_any(options.folder);
}

/// The study that plan is asked about: of a file, or the stored one.
Study planned_study(PlanOptions const& options, Store const* store)
{
    if (options.half_width > 0 && store == nullptr)
        throw UsageError("--half-width: there are no results (the replicates that slopes need are "
                         "estimated from the spread of some) run a few, and name their folder with "
                         "-o");
    if (!options.study.file.empty())
        return read_study(options.study.file, options.study.settings);
    if (store == nullptr)
        throw UsageError("plan: neither an experiment file nor results (it plans one of them) name "
                         "a file, or a results folder with -o");
    return parse_study(store->study_text(), options.folder + ": stored study",
                       options.study.settings, ".", TextOf::store);
}

} // namespace

int check_command(StudyOptions const& options, bool as_toml, CommonOptions const& common)
{
    Study const study = read_study(options.file, options.settings);
    if (as_toml) {
        note_warnings(study, common.quiet);
        print_text(study.resolved);
        return 0;
    }
    if (!common.json) {
        print_text(describe(study));
        for (Warning const& warning : study.warnings)
            print_text(fmt::format("\nwarning: {}\n", printable(warning.text)));
        return 0;
    }
    nlohmann::ordered_json labels = nlohmann::ordered_json::array();
    for (Curve const& curve : study.curves)
        labels.push_back(curve.label);
    nlohmann::ordered_json warnings = nlohmann::ordered_json::array();
    for (Warning const& warning : study.warnings)
        warnings.push_back(warning.text);
    print_json({{"id", study.id},
                {"title", study.title},
                {"labels", labels},
                {"n", study.n},
                {"replicates", study.replicates},
                {"warnings", warnings},
                {"resolved", study.resolved}});
    return 0;
}

int plan_command(PlanOptions const& options, CommonOptions const& common)
{
    std::optional<Store> const store = planned_store(options);
    Study const asked = planned_study(options, store ? &*store : nullptr);
    if (!options.folder.empty()) // a plan of what `run` refuses would promise too much
        Store::check_study(options.folder, asked);
    if (!options.study.file.empty())
        note_warnings(asked, common.quiet);
    Study const study = with_unknown_targets(asked);
    Plan plan = make_plan(study);
    Devices const devices =
        open_devices(options.device.device, options.device.threads, options.device.simd);
    TimeModel const time = time_of(study, plan, devices);
    std::vector<CellWork> const works = cell_works(study, plan, store ? &*store : nullptr);
    Work total;
    for (CellWork const& work : works)
        total += work.missing;
    std::size_t const memory = least_memory(study, plan);
    std::vector<ShownLine> const lines = shown_lines(study, plan, works);
    note_memory(memory, devices);
    std::optional<PlannedPrecision> precision;
    if (options.half_width > 0)
        precision =
            planned_precision(*devices.front(), *store, study, plan, time, options.half_width);
    MissingJobs const missing(study, plan, store ? &*store : nullptr);
    std::optional<ShardPlan> shards;
    if (options.shards)
        shards = shard_plan(study, plan, missing, time, *devices.front());
    std::vector<TruthFacts> const truths = truth_facts(*devices.front(), study);
    if (common.json) {
        nlohmann::ordered_json document = {{"study", study.id},
                                           {"device", devices_text(devices)},
                                           {"cells", plan_json(lines, time)},
                                           {"fits", total.fits},
                                           {"sample_updates", total.sample_updates},
                                           {"regression_points", total.regression_points},
                                           {"seconds", time.seconds(total)},
                                           {"bytes", memory},
                                           {"truths", facts_json(truths)}};
        if (precision)
            document["precision"] = precision_json(*precision);
        if (shards)
            document["shards"] = shard_plan_json(*shards);
        print_json(document);
        return 0;
    }
    print_plan(lines, time);
    print("to do: {} fits, {}sample-updates, {}regression points, about {} on {}\n"
          "memory: at least {}\n",
          total.fits, format_si(total.sample_updates), format_si(total.regression_points),
          format_duration(time.seconds(total)), devices_text(devices), bytes_text(memory));
    print_text(facts_text(truths));
    if (shards)
        print_text(shard_plan_text(*shards));
    if (precision)
        print_precision(*precision);
    return 0;
}

} // namespace moerate
