#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/cli/precision.h"
#include "host/cli/study_to_run.h"
#include "host/core/error.h"
#include "host/rates/rates.h"
#include "host/run/runner.h"
#include "host/run/stop.h"
#include "host/run/time_budget.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

namespace moerate
{
namespace
{

nlohmann::ordered_json report_json(Study const& study, std::string const& folder,
                                   RunReport const& report)
{
    return {{"study", study.id},
            {"folder", folder},
            {"fits", report.fits},
            {"failed", report.failed},
            {"reused", report.reused},
            {"reused_failed", report.reused_failed},
            {"losses_measured", report.losses},
            {"losses_unmeasured", report.unmeasured},
            {"fits_compared", report.compared},
            {"sample_updates", report.sample_updates},
            {"seconds", report.seconds},
            {"interrupted", report.interrupted},
            {"too_many_failed", report.too_many_failed}};
}

/// What a run did, for people.
void note_report(std::string const& folder, RunReport const& report, bool quiet)
{
    std::string const before =
        report.reused_failed > 0 ? fmt::format(" ({} of them failed)", report.reused_failed) : "";
    note(quiet, fmt::format("{} fits done in {:.1f} s, {} reused{}, {} failed; {}", report.fits,
                            report.seconds, report.reused, before, report.failed, folder));
    if (report.losses > 0)
        note(quiet, fmt::format("{} losses measured on stored fits, none of them fitted again",
                                report.losses));
    if (report.compared > 0)
        note(quiet, fmt::format("{} stored fits compared with their projection: excess, "
                                "admissible, certified",
                                report.compared));
    if (report.unmeasured > 0)
        note(false, fmt::format("warning: {} losses are missing (their fits were stored with "
                                "--no-params) use a new folder to have them",
                                report.unmeasured));
    if (report.to_trace > 0)
        note(quiet, fmt::format("{} of {} fits traced{}", report.traced, report.to_trace,
                                report.traced == report.to_trace || report.interrupted
                                    ? ""
                                    : " (the others are stored, or another shard's: they were not "
                                      "done now) trace them with a new folder, -o"));
}

/// Seconds that a run may take: --time-budget, else what a batch system leaves it.
std::optional<double> seconds_of(std::string const& text, bool quiet)
{
    if (text.empty()) {
        auto const left = job_time_left();
        if (!left)
            return std::nullopt;
        note(quiet, fmt::format("the job ends in {}: the run stops within {}",
                                format_seconds(*left), format_seconds(budget_of_job(*left))));
        return budget_of_job(*left);
    }
    auto const seconds = duration_of(text);
    if (!seconds)
        throw UsageError(fmt::format("--time-budget {} is no duration (known: 3h50m, 90s, 1d12h, "
                                     "HH:MM:SS, D-HH:MM:SS)",
                                     text));
    return seconds;
}

RunOptions run_options(RunCommandOptions const& options, bool quiet)
{
    RunOptions run;
    run.keep_parameters = !options.no_parameters;
    run.block_seconds = options.save_every;
    run.argv = options.argv;
    run.trace.file = options.trace;
    for (auto const& [label, n, replicate] : options.trace_fits)
        run.trace.fits.push_back({label, n, replicate});
    run.progress = ProgressStyle::of_stderr(quiet);
    run.warn = [](std::string const& text) { note(false, "warning: " + text); };
    TimeBudget budget(seconds_of(options.time_budget, quiet), options.save_every);
    run.stop = [budget]() mutable { return StopOnSignal::requested() || budget.over(); };
    if (!options.shard.empty())
        run.shard = chosen_shard(options.shard);
    run.job = batch_job();
    run.most_stalled = options.most_stalled;
    return run;
}

/// The rates of what a folder holds, on the CPU where that is as fast.
std::vector<RateRow> rates_in(std::string const& folder, Devices const& devices, int threads)
{
    Store const store = Store::open(folder);
    Study const stored = stored_study(store);
    Device& own = *devices.front();
    bool const small = own.info().kind == "cuda" && resampled_replicates(stored) < gpu_pays;
    std::unique_ptr<Device> const cpu = small ? open_device("cpu", threads) : nullptr;
    return rates(small ? *cpu : own, store, stored);
}

int ten_times(int replicates)
{
    constexpr int most = std::numeric_limits<int>::max();
    return replicates > most / 10 ? most : 10 * replicates;
}

/// Goes on to the half-width that is asked for, from what a run has done.
RunReport until_half_width(Study const& study, std::string const& folder, Devices const& devices,
                           RunOptions const& run, RunCommandOptions const& options,
                           RunReport report, bool quiet)
{
    auto const more = [&](int replicates) {
        RunCommandOptions wider = options;
        wider.study.settings.push_back(fmt::format("study.replicates={}", replicates));
        return run_study(study_to_run(wider, {true}).study, folder, devices, run);
    };
    return run_until(
        study, folder, options.half_width,
        options.most_replicates > 0 ? options.most_replicates : ten_times(study.replicates),
        std::move(report), more, [&] { return rates_in(folder, devices, options.device.threads); },
        quiet);
}

/// The rates of the folder after a run, or, of a shard, what to do next.
void show_results(std::string const& folder, RunReport const& report, Study const& study,
                  Devices const& devices, RunCommandOptions const& options, bool as_json)
{
    nlohmann::ordered_json document = report_json(study, folder, report);
    if (!options.shard.empty()) {
        if (as_json)
            print_json(document);
        return;
    }
    std::vector<RateRow> const rows = rates_in(folder, devices, options.device.threads);
    if (as_json) {
        document["rates"] = rates_to_json(rows)["rows"];
        print_json(document);
    } else {
        print_text(rates_table(rows));
    }
}

} // namespace

int run_command(RunCommandOptions const& options, CommonOptions const& common)
{
    auto const [study, folder] = study_to_run(options, common);
    std::vector<std::string> inputs = input_files(options.study, study);
    inputs.push_back(folder);
    spare_inputs(options.trace, inputs);
    StopOnSignal const stop;
    RunOptions const run = run_options(options, common.quiet);
    if (run.shard && options.half_width > 0)
        throw UsageError(
            "--until-half-width: a shard has part of the replicates (the half-width is "
            "that of all) leave out --shard, or use plan --half-width after a merge");
    Devices const devices =
        open_devices(options.device.device, options.device.threads, options.device.simd);
    if (options.device.device == "auto" || devices.size() > 1)
        note(common.quiet, "device: " + devices_text(devices));
    DeviceInfo const& info = devices.front()->info();
    if (std::string const level = level_of(info, study); level != info.simd && info.kind != "cpu")
        note(common.quiet, fmt::format("level: {} (float64 is {} times slower than float32 here; "
                                       "estimator.gram sets it)",
                                       level, info.float64_ratio));
    if (run.shard)
        note(common.quiet, "shard " + shard_text(*run.shard));
    RunReport report = run_study(study, folder, devices, run);
    if (options.half_width > 0)
        report =
            until_half_width(study, folder, devices, run, options, std::move(report), common.quiet);
    note_report(folder, report, common.quiet);
    if (report.interrupted) {
        if (common.json)
            print_json(report_json(study, folder, report));
        note(false,
             fmt::format("stopped by {} (all finished work is in {}) run the same "
                         "command to continue",
                         StopOnSignal::requested() ? "a signal" : "the time budget", folder));
        return static_cast<int>(Exit::interrupted);
    }
    show_results(folder, report, study, devices, options, common.json);
    if (!report.too_many_failed.empty())
        throw Error(Exit::failed_fits,
                    fmt::format("too many fits failed (max_failed = {}): {}; look at {}, or raise "
                                "study.max_failed",
                                study.max_failed, fmt::join(report.too_many_failed, ", "),
                                report.failed_at.advice()));
    return 0;
}

} // namespace moerate
