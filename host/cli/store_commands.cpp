#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/rates/rates.h"
#include "host/run/plan.h"
#include "host/store/export.h"
#include "host/store/unasked.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

namespace moerate
{
namespace
{

/// How far a cell is.
struct CellStatus
{
    std::string id, label;
    int n = 0, planned = 0;
    FitCount done; ///< of the replicates that the study asks for
    std::vector<std::string> losses;
};

std::vector<std::string> loss_names(Store const& store, std::string const& cell)
{
    std::vector<std::string> names;
    std::vector<int> const replicates = store.replicates(cell);
    if (replicates.empty())
        return names;
    for (LossKey const& key : store.loss_keys(cell, replicates.front())) {
        if (key.at == "fit")
            names.push_back(fmt::format("{} r={} {} {}", key.name, key.r, key.gauge, key.target));
    }
    return names;
}

std::vector<CellStatus> cell_statuses(Study const& study, Store const& store)
{
    std::vector<CellStatus> result;
    for (Cell const& cell : make_plan(study).cells) {
        result.push_back({cell.id, study.curves[cell.curve].label, cell.n, study.replicates,
                          store.count(cell.id, study.replicates), loss_names(store, cell.id)});
    }
    return result;
}

nlohmann::ordered_json run_json(RunRow const& run)
{
    return {{"started", run.started}, {"finished", run.finished}, {"outcome", run.outcome},
            {"commit", run.commit},   {"dirty", run.dirty},       {"build", run.build},
            {"device", run.device},   {"simd", run.simd},         {"driver", run.driver},
            {"threads", run.threads}, {"argv", run.argv}};
}

void print_status(Study const& study, std::vector<CellStatus> const& cells,
                  std::string const& not_shown, std::vector<RunRow> const& runs)
{
    fmt::print("{}: {}\n{:<24} {:>8} {:>11} {:>7} {:>10}  {}\n", study.id, study.title, "curve",
               "n", "done", "failed", "no descent", "losses");
    long long done = 0, planned = 0, failed = 0, no_descent = 0;
    for (CellStatus const& cell : cells) {
        fmt::print("{:<24} {:>8} {:>5}/{:<5} {:>7} {:>10}  {}\n", cell.label, cell.n,
                   cell.done.fits, cell.planned, cell.done.failed, cell.done.no_descent,
                   fmt::join(cell.losses, ", "));
        done += cell.done.fits;
        planned += cell.planned;
        failed += cell.done.failed;
        no_descent += cell.done.no_descent;
    }
    fmt::print("{} of {} fits done, {} failed, {} without descent\n", done, planned, failed,
               no_descent);
    if (!not_shown.empty())
        fmt::print("{}\n", not_shown);
    if (runs.empty())
        return;
    RunRow const& last = runs.back();
    fmt::print("{} runs; last {}: {}, {} {}, {} threads, commit {}{}\n", runs.size(), last.started,
               last.outcome.empty() ? "not finished (running or killed)" : last.outcome,
               last.device, last.simd, last.threads, last.commit, last.dirty ? " (modified)" : "");
}

/// The studies of several stores; those of one name are told apart by their folders.
std::vector<Study> named_apart(std::vector<Store> const& stores,
                               std::vector<std::string> const& folders)
{
    std::vector<Study> studies;
    std::map<std::string, int> named;
    for (Store const& store : stores) {
        studies.push_back(stored_study(store));
        ++named[studies.back().id];
    }
    for (std::size_t i = 0; i < studies.size(); ++i)
        if (named[studies[i].id] > 1)
            studies[i].id += fmt::format(" ({})", folders[i]);
    return studies;
}

} // namespace

int status_command(std::string const& folder, CommonOptions const& common)
{
    Store const store = Store::open(folder);
    Study const study = parse_study(store.study_text(), folder + ": stored study");
    std::vector<CellStatus> const cells = cell_statuses(study, store);
    std::string const not_shown = unasked(store, study);
    std::vector<RunRow> const runs = store.runs();
    if (!common.json) {
        print_status(study, cells, not_shown, runs);
        return 0;
    }
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (CellStatus const& cell : cells)
        list.push_back({{"cell", cell.id},
                        {"label", cell.label},
                        {"n", cell.n},
                        {"done", cell.done.fits},
                        {"planned", cell.planned},
                        {"failed", cell.done.failed},
                        {"no_descent", cell.done.no_descent},
                        {"losses", cell.losses}});
    nlohmann::ordered_json document = {
        {"study", study.id}, {"title", study.title}, {"cells", list}, {"runs", runs.size()}};
    if (!not_shown.empty())
        document["not_shown"] = not_shown;
    if (!runs.empty())
        document["last_run"] = run_json(runs.back());
    print_json(document);
    return 0;
}

int rates_command(std::vector<std::string> const& folders, DeviceOptions const& options,
                  CommonOptions const& common)
{
    std::vector<Store> stores;
    for (std::string const& folder : folders)
        stores.push_back(Store::open(folder));
    std::vector<Study> const studies = named_apart(stores, folders);
    double work = 0;
    for (Study const& study : studies)
        work += resampled_replicates(study);
    bool const small = options.device == "auto" && work < gpu_pays;
    std::unique_ptr<Device> const device =
        open_device(small ? "cpu" : options.device, options.threads);
    std::vector<RateRow> rows;
    for (std::size_t i = 0; i < stores.size(); ++i) {
        std::vector<RateRow> const more = rates(*device, stores[i], studies[i]);
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
