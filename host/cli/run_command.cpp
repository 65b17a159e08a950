#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/cli/precision.h"
#include "host/core/error.h"
#include "host/rates/rates.h"
#include "host/run/runner.h"
#include "host/run/stop.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
            {"losses_measured", report.losses},
            {"losses_unmeasured", report.unmeasured},
            {"sample_updates", report.sample_updates},
            {"seconds", report.seconds},
            {"interrupted", report.interrupted},
            {"too_many_failed", report.too_many_failed}};
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

int run_command(RunCommandOptions const& options, CommonOptions const& common)
{
    Study const study = read_study(options.study.file, options.study.settings);
    std::string const folder = options.folder.empty() ? "results/" + study.id : options.folder;
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
    RunReport report = run_study(study, folder, devices, run);
    if (options.half_width > 0)
        report = run_until(
            study, folder, options.half_width,
            options.most_replicates > 0 ? options.most_replicates : 10 * study.replicates,
            std::move(report),
            [&](int replicates) {
                std::vector<std::string> settings = options.study.settings;
                settings.push_back(fmt::format("study.replicates={}", replicates));
                return run_study(read_study(options.study.file, settings), folder, devices, run);
            },
            [&] { return rates_in(folder, devices, options.device.threads); }, common.quiet);
    note_report(folder, report, common.quiet);
    if (report.interrupted) {
        if (common.json)
            print_json(report_json(study, folder, report));
        note(false, fmt::format("stopped by a signal (all finished work is in {}) run the same "
                                "command to continue",
                                folder));
        return static_cast<int>(Exit::interrupted);
    }
    std::vector<RateRow> const rows = rates_in(folder, devices, options.device.threads);
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
