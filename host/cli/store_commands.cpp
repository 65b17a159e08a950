#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/core/text.h"
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

/// How far a line of the study is; lines may share their fits.
struct LineStatus
{
    std::string cell, label;
    LossKey loss;
    int n = 0, done = 0, planned = 0, failed = 0; ///< done: fits that have the loss
};

/// How far the study is, each fit once.
struct Total
{
    int done = 0, planned = 0, failed = 0;
};

std::vector<LineStatus> line_statuses(Study const& study, Plan const& plan, Store const& store)
{
    std::vector<LineStatus> result;
    for (PlanLine const& line : plan_lines(study, plan)) {
        Cell const& cell = plan.cells[line.cell];
        LossKey const loss = loss_key(line.loss, "fit");
        result.push_back({cell.id, study.curves[line.curve].label, loss, cell.n,
                          static_cast<int>(store.replicates(cell.id, loss).size()),
                          study.replicates, store.count(cell.id).second});
    }
    return result;
}

Total total_of(Study const& study, Plan const& plan, Store const& store)
{
    Total total;
    for (Cell const& cell : plan.cells) {
        auto const [fits, failed] = store.count(cell.id);
        total.done += fits;
        total.planned += study.replicates;
        total.failed += failed;
    }
    return total;
}

nlohmann::ordered_json run_json(RunRow const& run)
{
    return {{"started", run.started}, {"finished", run.finished}, {"outcome", run.outcome},
            {"commit", run.commit},   {"dirty", run.dirty},       {"build", run.build},
            {"device", run.device},   {"simd", run.simd},         {"driver", run.driver},
            {"threads", run.threads}, {"argv", run.argv}};
}

void print_status(Study const& study, std::vector<LineStatus> const& lines, Total const& total,
                  std::vector<RunRow> const& runs)
{
    print("{}: {}\n", printable(study.id), printable(study.title));
    std::vector<std::vector<std::string>> table{{"curve", "loss", "n", "done", "failed"}};
    for (LineStatus const& line : lines)
        table.push_back({line.label, loss_text(line.loss), std::to_string(line.n),
                         fmt::format("{}/{}", line.done, line.planned),
                         std::to_string(line.failed)});
    print_text(aligned(table));
    print("{} of {} fits done, {} failed\n", total.done, total.planned, total.failed);
    if (runs.empty())
        return;
    RunRow const& last = runs.back();
    print("{} runs; last {}: {}, {} {}, {} threads, commit {}{}\n", runs.size(), last.started,
          last.outcome.empty() ? "not finished (running or killed)" : last.outcome, last.device,
          last.simd, last.threads, last.commit, last.dirty ? " (modified)" : "");
}

} // namespace

int status_command(std::string const& folder, CommonOptions const& common)
{
    Store const store = Store::open(folder);
    Study const study = parse_study(store.study_text(), folder + ": stored study");
    Plan const plan = make_plan(study);
    std::vector<LineStatus> const lines = line_statuses(study, plan, store);
    std::vector<RunRow> const runs = store.runs();
    if (!common.json) {
        print_status(study, lines, total_of(study, plan, store), runs);
        return 0;
    }
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (LineStatus const& line : lines)
        list.push_back({{"cell", line.cell},
                        {"label", line.label},
                        {"loss", line.loss.name},
                        {"r", line.loss.r},
                        {"gauge", line.loss.gauge},
                        {"target", line.loss.target},
                        {"n", line.n},
                        {"done", line.done},
                        {"planned", line.planned},
                        {"failed", line.failed}});
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
        print_text(rates_table(rows));
    return 0;
}

int export_command(ExportOptions const& options)
{
    Store const store = Store::open(options.folder);
    std::string const text =
        options.format == "csv" ? export_csv(store) : json_text(export_json(store)) + "\n";
    if (options.file.empty())
        print_text(text);
    else
        write_whole(options.file, options.force, text);
    return 0;
}

} // namespace moerate
