#include "host/cli/commands.h"

#include "host/cli/output.h"
#include "host/cli/shard_status.h"
#include "host/core/text.h"
#include "host/run/plan.h"
#include "host/store/export.h"
#include "host/store/unasked.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

/// How far a line of the study is; lines may share their fits.
struct LineStatus
{
    std::string cell, label;
    LossKey loss;
    int n = 0, planned = 0;
    int done = 0;  ///< fits that have the loss, of the replicates that the study asks for
    FitCount fits; ///< of these replicates, with or without the loss
};

/// How far the study is, each fit once.
struct Total
{
    long long fits = 0, planned = 0, failed = 0, no_descent = 0;
};

std::vector<LineStatus> line_statuses(Study const& study, Plan const& plan, Store const& store)
{
    std::vector<LineStatus> result;
    for (PlanLine const& line : plan_lines(study, plan)) {
        Cell const& cell = plan.cells[line.cell];
        LossKey const loss = loss_key(line.loss, at_fit);
        std::vector<int> const done = store.replicates(cell.id, loss);
        result.push_back({cell.id, study.curves[line.curve].label, loss, cell.n, study.replicates,
                          static_cast<int>(std::count_if(
                              done.begin(), done.end(),
                              [&](int replicate) { return replicate < study.replicates; })),
                          store.count(cell.id, study.replicates)});
    }
    return result;
}

Total total_of(Study const& study, Plan const& plan, Store const& store)
{
    Total total;
    for (Cell const& cell : plan.cells) {
        FitCount const count = store.count(cell.id, study.replicates);
        total.fits += count.fits;
        total.planned += study.replicates;
        total.failed += count.failed;
        total.no_descent += count.no_descent;
    }
    return total;
}

void print_status(Study const& study, std::vector<LineStatus> const& lines, Total const& total,
                  std::string const& not_shown, std::vector<ShardStatus> const& shards,
                  std::vector<RunRow> const& runs)
{
    print("{}: {}\n", printable(study.id), printable(study.title));
    std::vector<std::vector<std::string>> table{
        {"curve", "loss", "n", "done", "failed", "no descent"}};
    for (LineStatus const& line : lines)
        table.push_back({line.label, loss_text(line.loss), std::to_string(line.n),
                         fmt::format("{}/{}", line.done, line.planned),
                         std::to_string(line.fits.failed), std::to_string(line.fits.no_descent)});
    print_text(aligned(table));
    print("{} of {} fits done, {} failed, {} without descent\n", total.fits, total.planned,
          total.failed, total.no_descent);
    if (!not_shown.empty())
        print_text(not_shown + "\n");
    if (!shards.empty())
        print_text(shard_table(shards));
    if (runs.empty())
        return;
    RunRow const& last = runs.back();
    print("{} runs; last {}: {}, {} {}, {} threads, commit {}{}\n", runs.size(), last.started,
          last.outcome, last.device, last.simd, last.threads, last.commit,
          last.dirty ? " (modified)" : "");
}

} // namespace

int status_command(std::string const& folder, CommonOptions const& common)
{
    Store const store = Store::open(folder);
    Study const study =
        parse_study(store.study_text(), folder + ": stored study", {}, ".", TextOf::store);
    Plan const plan = make_plan(study);
    std::vector<LineStatus> const lines = line_statuses(study, plan, store);
    std::string const not_shown = unasked(store, study);
    std::vector<ShardStatus> const shards = shard_statuses(study, plan, store);
    std::vector<RunRow> runs = store.runs();
    if (!runs.empty()) // of one file only the last one can be at work
        runs.back().outcome = outcome_of(runs.back(), store.being_written());
    if (!common.json) {
        print_status(study, lines, total_of(study, plan, store), not_shown, shards, runs);
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
                        {"failed", line.fits.failed},
                        {"no_descent", line.fits.no_descent}});
    nlohmann::ordered_json document = {
        {"study", study.id}, {"title", study.title}, {"cells", list}, {"runs", runs.size()}};
    if (!not_shown.empty())
        document["not_shown"] = not_shown;
    if (!shards.empty())
        document["shards"] = shards_json(shards);
    if (!runs.empty())
        document["last_run"] = run_json(runs.back());
    print_json(document);
    return 0;
}

int export_command(ExportOptions const& options)
{
    spare_inputs(options.file, {options.folder});
    Store const store = Store::open(options.folder);
    ExportChoice const choice{options.all, options.parameters, options.blocks};
    std::string const text = options.format == "csv" ? export_csv(store, choice)
                             : options.format == "toml"
                                 ? store.study_text()
                                 : json_text(export_json(store, choice)) + "\n";
    if (options.file.empty())
        print_text(text);
    else
        write_whole(options.file, options.force, text);
    return 0;
}

} // namespace moerate
