#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/cli/shown_fit.h"
#include "host/core/error.h"
#include "host/rates/diagnose.h"
#include "host/run/runner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace moerate
{
namespace
{

nlohmann::ordered_json number_json(double value)
{
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

/// One line of a path.
nlohmann::ordered_json path_json(Study const& study, StoredFit const& fit, PathPoint const& point)
{
    nlohmann::ordered_json losses = nlohmann::ordered_json::object();
    for (LossRow const& loss : point.at.losses)
        losses[loss_text(LossKey{loss.key.name, loss.key.r, loss.key.gauge, loss.key.target,
                                 at_fit})] = number_json(loss.record.value);
    return {{"study", study.id},
            {"label", fit.curve->label},
            {"n", fit.n},
            {"replicate", fit.row.replicate},
            {"unit", fit.curve->estimator->iteration()},
            {"iteration", point.iterations},
            {"mse", number_json(point.at.mse)},
            {"mse_truth", number_json(fit.row.mse_truth)},
            {"regression", number_json(point.at.risk.regression)},
            {"loss", losses},
            {"from_start", number_json(point.from_start)},
            {"to_end", number_json(point.to_end)}};
}

/// Why the bits may differ: another level (level_of) than that of the runs.
std::string made_elsewhere(Store const& store, std::string const& here)
{
    for (RunRow const& run : store.runs_with_fits())
        if (run.simd != here)
            return fmt::format("a run was made on {}, this is {}: other levels agree to rounding "
                               "after one step only, --simd names that of the CPU",
                               run.simd, here);
    return "the same level made it: the program, or the store, has changed";
}

} // namespace

int replay_command(ReplayOptions const& options, CommonOptions const& common)
{
    spare_inputs(options.file, {options.folder});
    Store const store = Store::open(options.folder);
    Study const study = with_stored_targets(stored_study(store), store);
    StoredFit const fit = stored_fit(store, study, fit_name(options.fit, "replay"));
    std::unique_ptr<Device> const device =
        open_device(options.device.device, options.device.threads, options.device.simd);
    Replay const done = replay(*device, study, fit);
    std::string lines;
    for (PathPoint const& point : done.path)
        lines += json_line(path_json(study, fit, point));
    if (options.file.empty())
        print_text(lines);
    else
        write_whole(options.file, options.force, lines);
    std::vector<std::string> const unlike = deviations(fit.row, done.again);
    if (!unlike.empty())
        throw Error(Exit::failure,
                    fmt::format("the fit done again is not the stored one ({}; {}) "
                                "compare `moerate status {}` with `moerate doctor`",
                                fmt::join(unlike, "; "),
                                made_elsewhere(store, level_of(device->info(), study)),
                                options.folder));
    note(common.quiet,
         fmt::format("the same as stored, bit for bit{}; {} {}s",
                     fit.row.at(at_fit).parameters_kept ? "" : " (its parameters are not stored)",
                     done.again.facts.iterations, fit.curve->estimator->iteration()));
    return 0;
}

int diagnose_command(std::string const& folder, DeviceOptions const& options,
                     CommonOptions const& common)
{
    Store const store = Store::open(folder);
    Study const study = stored_study(store);
    bool const small = options.device == "auto" && resampled_replicates(study) < gpu_pays;
    std::unique_ptr<Device> const device =
        open_device(small ? "cpu" : options.device, options.threads, options.simd);
    std::vector<Finding> const findings = diagnose(store, study, rates(*device, store, study));
    if (common.json)
        print_json(findings_json(study, findings));
    else
        print_text(findings_text(study, findings));
    return 0;
}

} // namespace moerate
