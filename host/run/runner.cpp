#include "host/run/runner.h"

#include "host/core/build.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/measure/families.h"
#include "host/run/late_excess.h"
#include "host/run/remeasure.h"
#include "host/run/targets.h"
#include "host/run/worker.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <set>

namespace moerate
{
namespace
{

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

RunRow run_row(Devices const& devices, Study const& study, RunOptions const& options)
{
    std::vector<std::string> names;
    for (std::unique_ptr<Device> const& device : devices)
        names.push_back(device->info().label + " " + device->info().name);
    DeviceInfo const& info = devices.front()->info();
    RunRow row;
    std::vector<std::string> words;
    for (std::string const& word : options.argv)
        words.push_back(shell_word(word));
    row.argv = fmt::format("{}", fmt::join(words, " "));
    row.commit = this_build().commit;
    row.dirty = this_build().dirty;
    row.build = this_build().type;
    row.simd = level_of(info, study);
    row.device = fmt::format("{}", fmt::join(names, ", "));
    row.driver = info.driver;
    row.threads = info.threads;
    row.host = host_name();
    row.job = options.job.name;
    row.restart = options.job.restart;
    if (options.shard)
        row.shard = shard_text(*options.shard);
    return row;
}

/// Runs all workers side by side; returns what the devices that failed said. Where a device fails
/// the others go on with the rest of the queue, but leave its batch: it may be what made it fail.
std::vector<std::string> run_workers(std::vector<std::unique_ptr<Worker>> const& workers,
                                     JobQueue& queue)
{
    std::vector<std::future<void>> running;
    for (auto const& worker : workers) {
        running.push_back(std::async(std::launch::async, [&queue, &worker = *worker] {
            try {
                worker.run();
            } catch (DeviceError const&) {
                throw;
            } catch (...) {
                queue.close(); // nobody needs more blocks
                throw;
            }
        }));
    }
    std::vector<std::string> failures;
    for (std::future<void>& one : running) {
        try {
            one.get();
        } catch (DeviceError const& error) {
            failures.push_back(error.what());
        }
    }
    return failures;
}

/// Does the jobs of `queue` on all devices.
void do_jobs(Study const& study, Plan const& plan, JobQueue& queue, Store& store,
             Devices const& devices, RunOptions const& options, Log& log, Trace* trace,
             RunReport& report)
{
    Results results(store, log, report, options, queue.total(), devices.size(), trace);
    std::vector<std::unique_ptr<Worker>> workers;
    double speed = 0;
    for (std::unique_ptr<Device> const& device : devices) {
        workers.push_back(
            std::make_unique<Worker>(study, plan, *device, options, queue, results, log));
        speed += workers.back()->speed();
    }
    log.line(fmt::format("{} fits to do, about {:.0f} s", queue.total().fits,
                         queue.total().flops / speed));
    std::vector<std::string> const failures = run_workers(workers, queue);
    results.finish();
    report.interrupted = report.interrupted || queue.stopped();
    if (!failures.empty())
        throw DeviceError(fmt::format("{}", fmt::join(failures, "; ")));
}

/// Notes how many of all fits failed before this run, and the cells whose share of failed fits is
/// above the study's limit.
void note_failed(Study const& study, Plan const& plan, Store const& store, RunReport& report)
{
    report.reused_failed = -report.failed;
    for (Cell const& cell : plan.cells) {
        FitCount const count = store.count(cell.id, study.replicates);
        report.reused_failed += count.failed;
        if (!above(count.failed, count.fits, study.max_failed))
            continue;
        StageCounts stages;
        std::vector<FitRow> const rows = store.fits(cell.id, false, {0, study.replicates - 1});
        stages.add(rows);
        report.failed_at.add(rows);
        report.too_many_failed.push_back(fmt::format("{} n={}: {} of {} ({})",
                                                     study.curves[cell.curve].label, cell.n,
                                                     count.failed, count.fits, stages.text()));
    }
}

std::vector<CellRow> cell_rows(Study const& study, Plan const& plan)
{
    std::vector<CellRow> rows;
    for (Cell const& cell : plan.cells) {
        Curve const& curve = study.curves[cell.curve];
        rows.push_back({cell.id, curve.label, cell.n, canonical_curve(study, curve)});
    }
    return rows;
}

/// Measures what is missing in the run's own store, and fits what is missing in all.
void work_on(Study const& asked, Plan const& plan, Store& store, Share const& share,
             Devices const& devices, RunOptions const& options, Log& log, Trace* trace,
             RunReport& report)
{
    Study const study = with_targets(asked, store, share.others, *devices.front(), log);
    Remeasured const measured = remeasure(study, plan, store, *devices.front(), options, log);
    report.losses = measured.losses;
    report.unmeasured = measured.unmeasured;
    report.interrupted = measured.stopped;
    if (!measured.stopped) {
        LateExcess const late = add_late_excess(study, plan, store, *devices.front(), options, log);
        report.compared = late.fits;
        report.interrupted = late.stopped;
    }
    MissingJobs jobs(study, plan, &store, share);
    int fill = 0; // fits that fill the devices
    for (auto const& device : devices)
        fill = std::max(fill, device->info().launch_fits);
    jobs.in_passes(fill);
    JobQueue queue(study, plan, std::move(jobs), devices.size(), options.stop);
    report.reused =
        MissingJobs(study, plan, nullptr, {nullptr, share.shard}).work().fits - queue.total().fits;
    if (queue.total().fits > 0)
        do_jobs(study, plan, queue, store, devices, options, log, trace, report);
}

/// Notes how a run ended that throws; what it throws matters more than that this fails, too.
void note_failure(Store& store, Log& log, RunReport const& report, char const* why) noexcept
{
    try {
        log.line(fmt::format("failed: {} ({} fits done before)", why, report.fits));
        store.finish_run("failed");
    } catch (std::exception const&) {
        // `moerate status` knows from the lock that no run is at work.
    }
}

/// Refuses to begin once more where the last runs were all stopped before they had stored anything.
void check_progress(Store const& store, RunOptions const& options)
{
    int const stalled = store.stalled_runs(options.job.name);
    if (options.most_stalled > 0 && stalled >= options.most_stalled)
        throw Error(Exit::failure,
                    fmt::format("the last {} runs stored nothing (each was stopped before its "
                                "first block was done) give the job more time, make blocks smaller "
                                "(--save-every), or raise --max-stalled",
                                stalled));
}

/// Warns of runs in the folder on another level, which have fits there or are at work: their
/// results differ in rounding.
void warn_of_levels(Store const& store, Store const* others, RunRow const& own,
                    RunOptions const& options)
{
    auto const differs = [&](RunRow const& run) { return run.simd != own.simd; };
    auto const any = [&](Store const& one) {
        std::vector<RunRow> const all = one.runs();
        return std::any_of(all.begin(), all.end(), differs);
    };
    if (!options.warn || !(any(store) || (others != nullptr && any(*others))))
        return; // without a look at all fits
    std::vector<RunRow> runs = store.runs_with_fits();
    if (others != nullptr) {
        for (RunRow const& run : others->runs_with_fits())
            runs.push_back(run);
        for (StorePart const& part : others->parts())
            if (part.being_written && part.last)
                runs.push_back(*part.last);
    }
    auto const other = std::find_if(runs.begin(), runs.end(), differs);
    if (other == runs.end())
        return;
    options.warn(fmt::format(
        "{}{} was made at {}, this run is at {} (their results differ in rounding, and `moerate "
        "merge` refuses a fit that both have done) give all runs a --simd that all machines have, "
        "or keep to one kind of device and one version",
        other->shard.empty() ? "a run" : "shard " + other->shard,
        other->host.empty() ? "" : " on " + other->host, other->simd, own.simd));
}

} // namespace

std::string level_of(DeviceInfo const& device, Study const& study)
{
    std::string level = device.simd;
    std::set<std::string> words;
    for (Curve const& curve : study.curves) {
        words.insert(curve.estimator->arithmetic(device));
        if (device.kind == "cpu") {
            words.insert(revision_of(curve.model.gate));
            words.insert(revision_of(curve.truth.model.gate));
        }
    }
    words.erase(""); // as ever
    for (std::string const& word : words)
        level += ", " + word;
    return level;
}

RunReport run_study(Study const& study, std::string const& folder, Devices const& devices,
                    RunOptions const& options)
{
    auto const begin = Clock::now();
    Plan const plan = make_plan(study);
    std::optional<Trace> trace;
    if (!options.trace.file.empty())
        trace.emplace(study, plan, options.trace);
    std::optional<Store> others = Store::others(folder, study, options.shard);
    Store store = Store::create(folder, study, options.shard);
    Log log(folder + "/" + store_file(options.shard, "log"));
    RunRow const row = run_row(devices, study, options);
    log.line(fmt::format("run of \"{}\", commit {}{}, {} {}, {} threads: {}", study.id, row.commit,
                         row.dirty ? " (dirty)" : "", row.device, row.simd, row.threads, row.argv));
    check_progress(store, options);
    warn_of_levels(store, others ? &*others : nullptr, row, options);
    store.begin_run(row);
    RunReport report;
    try {
        store.add_cells(cell_rows(study, plan));
        work_on(study, plan, store, {others ? &*others : nullptr, options.shard}, devices, options,
                log, trace ? &*trace : nullptr, report);
        if (!options.shard && others) // the share of failed fits is known of the whole alone
            note_failed(study, plan, Store::open(folder), report);
        else if (!options.shard)
            note_failed(study, plan, store, report);
    } catch (DeviceError const& error) {
        note_failure(store, log, report, error.what());
        throw DeviceError(fmt::format("{}; all that was finished is in {}", error.what(), folder));
    } catch (std::exception const& error) {
        note_failure(store, log, report, error.what());
        throw;
    }
    report.seconds = seconds_since(begin);
    report.traced = trace ? trace->written() : 0;
    report.to_trace = trace ? trace->wanted() : 0;

    std::string const outcome = report.interrupted ? "interrupted" : "done";
    store.finish_run(outcome);
    log.line(fmt::format(
        "{}: {} fits, {} of them failed, {} losses measured on stored fits, {} of these "
        "compared with their projection, {:.1f} s",
        outcome, report.fits, report.failed, report.losses, report.compared, report.seconds));
    return report;
}

} // namespace moerate
