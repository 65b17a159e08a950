#include "host/cli/commands.h"

#include "host/cli/counterexamples.h"
#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/cli/study_to_run.h"
#include "host/core/error.h"
#include "host/core/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

/// 1, 1/2, 1/5, ... 1e-3.
std::vector<double> const usual_losses = {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 5e-3, 2e-3, 1e-3};

} // namespace

int constant_command(ConstantOptions const& options, CommonOptions const& common)
{
    Study const study = read_study(options.study.file, options.study.settings);
    ConstantSettings settings = options.settings;
    if (settings.epsilon.empty())
        settings.epsilon = usual_losses;
    std::sort(settings.epsilon.rbegin(), settings.epsilon.rend());
    settings.epsilon.erase(std::unique(settings.epsilon.begin(), settings.epsilon.end()),
                           settings.epsilon.end());
    check_counterexamples(options.folder, options.force, input_files(options.study, study));
    std::unique_ptr<Device> const device =
        open_device(options.device.device, options.device.threads, options.device.simd);
    std::vector<ConstantCurve> const curves =
        constants(*device, study, settings, [&](ConstantCurve const& one) {
            note(common.quiet, fmt::format("{}: {} done", printable(one.label), one.loss));
        });
    std::vector<Counterexample> found;
    for (ConstantCurve const& curve : curves)
        if (curve.end == ConstantEnd::flat)
            found.push_back({curve.counterexample, curve.truth, curve.loss, curve.r, curve.gauge});
    if (!options.folder.empty())
        write_counterexamples(options.folder, options.force, *device, found);
    if (common.json)
        print_json(constants_json(curves, settings));
    else
        print_text(constants_text(curves));
    return 0;
}

} // namespace moerate
