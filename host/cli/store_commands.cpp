#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/rates/rates.h"
#include "host/run/plan.h"
#include "host/store/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace moerate
{
namespace
{

/// How far a cell is.
struct CellStatus
{
    std::string id, label;
    int n = 0, done = 0, planned = 0, failed = 0;
    std::vector<std::string> losses;
};

std::vector<std::string> loss_names(Store const& store, std::string const& cell)
{
    std::vector<std::string> names;
    for (auto const& [key, replicates] : store.loss_keys(cell)) {
        if (key.at == "fit")
            names.push_back(fmt::format("{} r={} {} {}", key.name, key.r, key.gauge, key.target));
    }
    return names;
}

std::vector<CellStatus> cell_statuses(Study const& study, Store const& store)
{
    std::vector<CellStatus> result;
    for (Cell const& cell : make_plan(study).cells) {
        auto const [fits, failed] = store.count(cell.id);
        result.push_back({cell.id, study.curves[cell.curve].label, cell.n, fits, study.replicates,
                          failed, loss_names(store, cell.id)});
    }
    return result;
}

/// How a run ended; one without an end is at work, or it was killed, or could not write its end.
std::string outcome_of(RunRow const& run, bool being_written)
{
    return !run.outcome.empty() ? run.outcome : being_written ? "running" : "unfinished";
}

nlohmann::ordered_json run_json(RunRow const& run)
{
    return {{"started", run.started}, {"finished", run.finished}, {"outcome", run.outcome},
            {"commit", run.commit},   {"dirty", run.dirty},       {"build", run.build},
            {"device", run.device},   {"simd", run.simd},         {"driver", run.driver},
            {"threads", run.threads}, {"argv", run.argv}};
}

void print_status(Study const& study, std::vector<CellStatus> const& cells,
                  std::vector<RunRow> const& runs)
{
    fmt::print("{}: {}\n{:<24} {:>8} {:>11} {:>7}  {}\n", study.id, study.title, "curve", "n",
               "done", "failed", "losses");
    long long done = 0, planned = 0, failed = 0;
    for (CellStatus const& cell : cells) {
        fmt::print("{:<24} {:>8} {:>5}/{:<5} {:>7}  {}\n", cell.label, cell.n, cell.done,
                   cell.planned, cell.failed, fmt::join(cell.losses, ", "));
        done += cell.done;
        planned += cell.planned;
        failed += cell.failed;
    }
    fmt::print("{} of {} fits done, {} failed\n", done, planned, failed);
    if (runs.empty())
        return;
    RunRow const& last = runs.back();
    fmt::print("{} runs; last {}: {}, {} {}, {} threads, commit {}{}\n", runs.size(), last.started,
               last.outcome, last.device, last.simd, last.threads, last.commit,
               last.dirty ? " (modified)" : "");
}

} // namespace

int status_command(std::string const& folder, CommonOptions const& common)
{
    Store const store = Store::open(folder);
    Study const study = parse_study(store.study_text(), folder + ": stored study");
    std::vector<CellStatus> const cells = cell_statuses(study, store);
    std::vector<RunRow> runs = store.runs();
    for (RunRow& run : runs) // only the last one can be at work
        run.outcome = outcome_of(run, &run == &runs.back() && store.being_written());
    if (!common.json) {
        print_status(study, cells, runs);
        return 0;
    }
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (CellStatus const& cell : cells)
        list.push_back({{"cell", cell.id},
                        {"label", cell.label},
                        {"n", cell.n},
                        {"done", cell.done},
                        {"planned", cell.planned},
                        {"failed", cell.failed},
                        {"losses", cell.losses}});
    nlohmann::ordered_json document = {
        {"study", study.id}, {"title", study.title}, {"cells", list}, {"runs", runs.size()}};
    if (!runs.empty())
        document["last_run"] = run_json(runs.back());
    print_json(document);
    return 0;
}

int rates_command(std::vector<std::string> const& folders, DeviceOptions const& options,
                  CommonOptions const& common)
{
    std::vector<Store> stores;
    double work = 0;
    for (std::string const& folder : folders) {
        stores.push_back(Store::open(folder));
        work += resampled_replicates(stored_study(stores.back()));
    }
    bool const small = options.device == "auto" && work < gpu_pays;
    std::unique_ptr<Device> const device =
        open_device(small ? "cpu" : options.device, options.threads);
    std::vector<RateRow> rows;
    for (Store const& store : stores) {
        std::vector<RateRow> const more = rates(*device, store, stored_study(store));
        rows.insert(rows.end(), more.begin(), more.end());
    }
    if (common.json)
        print_json(rates_to_json(rows));
    else
        fmt::print("{}", rates_table(rows));
    return 0;
}

int export_command(ExportOptions const& options)
{
    Store const store = Store::open(options.folder);
    std::string const text =
        options.format == "csv" ? export_csv(store) : export_json(store).dump(1) + "\n";
    if (options.file.empty())
        fmt::print("{}", text);
    else
        write_whole(options.file, options.force, text);
    return 0;
}

} // namespace moerate
