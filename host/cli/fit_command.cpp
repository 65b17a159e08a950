#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/measure_option.h"
#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/data/regression.h"
#include "host/estimate/estimators.h"
#include "host/estimate/trace_text.h"
#include "host/measure/families.h"
#include "host/run/progress.h"
#include "host/store/status.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <sstream>

namespace moerate
{
namespace
{

constexpr int blind_starts = 8; ///< of an estimator that has none of its own

using nlohmann::json;
using nlohmann::ordered_json;

/// The estimator of --estimator with what --box and --set say of it.
std::shared_ptr<Estimator const> chosen_estimator(FitOptions const& options, int n)
{
    json settings = json::object();
    for (std::string const& setting : options.settings) {
        auto const [key, value] = key_and_value(setting, "--set");
        if (key == "kind")
            throw UsageError(fmt::format("--set {}: (the estimator is that of --estimator, {}) "
                                         "leave it out",
                                         printable(setting), options.estimator));
        if (key == "box" && !options.box.empty())
            throw UsageError(fmt::format("--set {}: (--box {} says it, too) give one of them",
                                         printable(setting), printable(options.box)));
        settings[key] = value;
    }
    settings["kind"] = options.estimator;
    if (!options.box.empty())
        settings["box"] = option_value(options.box);
    PlainSource const source(options.box.empty() || !options.settings.empty() ? "--set" : "--box",
                             "kind", "the estimator " + options.estimator);
    Reader reader(source, settings, Pointer());
    return read_estimator(reader, {n, n});
}

/// The model of --gate, --expert and --experts for d inputs.
Model chosen_model(FitOptions const& options, int d)
{
    for (auto const& [value, name] :
         {std::pair{options.gate, "--gate"}, std::pair{options.expert, "--expert"}})
        if (value.empty())
            throw UsageError(fmt::format("{} is missing (a fit needs a model) give --gate, "
                                         "--expert and --experts, or a measure by --start",
                                         name));
    if (options.experts.empty())
        throw UsageError("--experts is missing (a fit needs to know how many) give a number, or "
                         "one for each group");
    GateSpec const gate = gate_from_json(option_table(options.gate, "--gate"), "--gate");
    ExpertSpec const expert =
        expert_from_json(option_table(options.expert, "--expert"), "--expert");
    return sized_model(gate, expert, d, counted_atoms(gate, options.experts), 1.0, "the model");
}

/// What is to be fitted; `n` samples of `d` inputs.
RegressionSpec chosen_spec(FitOptions const& options, DataTable const& table,
                           Estimator const& estimator)
{
    RegressionSpec spec;
    spec.estimator = &estimator;
    spec.seed = options.seed;
    spec.raw = options.raw;
    spec.traced = !options.trace.empty();
    if (spec.traced && !estimator.traces())
        throw UsageError(fmt::format("--trace: {} has no rounds to tell (they are those of lse) "
                                     "leave it out",
                                     estimator.name()));
    if (spec.traced && !options.force && std::filesystem::is_regular_file(options.trace))
        throw UsageError(fmt::format("{} exists (it would be lost) name another file, or add "
                                     "--force",
                                     printable(options.trace)));
    if (options.start.empty()) {
        spec.model = chosen_model(options, table.d);
    } else {
        Measure const start = read_measure_file(options.start);
        if (start.model.d != table.d)
            throw UsageError(fmt::format("{} has {} inputs ({} has d = {}) give data and start of "
                                         "one dimension",
                                         input_name(options.data), table.d,
                                         input_name(options.start), start.model.d));
        spec.model = start.model;
        spec.start = start.theta;
    }
    for (SizeLimit const& size : estimator.limits(spec.model))
        check_size(size, "the model");
    bool const once = estimator.usual_starts() == 1;
    if (once && !options.start.empty() && options.starts > 1)
        throw UsageError(fmt::format("--starts = {} ({} begins once, at the given start) leave it "
                                     "out or use --estimator lse",
                                     options.starts, estimator.name()));
    int const usual = once && options.start.empty() ? blind_starts : estimator.usual_starts();
    spec.starts.count = options.starts > 0 ? options.starts : usual;
    spec.starts.blind = options.start.empty() ? spec.starts.count : spec.starts.count / 2;
    return spec;
}

ordered_json starts_json(FitFacts const& facts)
{
    ordered_json all = ordered_json::array();
    for (StartRecord const& start : facts.starts)
        all.push_back({{"mse", start.mse},
                       {"status", start.ended},
                       {"distance", start.distance},
                       {"kind", start.kind},
                       {"above", start.above}});
    return all;
}

template <class T>
ordered_json or_null(std::optional<T> const& value)
{
    return value ? ordered_json(*value) : ordered_json();
}

/// That of a failed fit, else why it ended; where the estimator does not say, its status.
std::string status_text(Regression const& fit)
{
    std::string const& ended = fit.outcome.facts.ended;
    return failed(fit.status) || ended.empty() ? status_name(fit.status) : ended;
}

/// The document of interfaces.md, with what else there is to say behind it.
ordered_json to_json(Regression const& fit, double seconds)
{
    FitFacts const& facts = fit.outcome.facts;
    ordered_json document = {
        {"measure", measure_to_json(fit.measure)},
        {"status", status_text(fit)},
        {"certified", facts.stationary.value_or(false) && facts.best.value_or(false)},
        {"mse", fit.mse},
        {"start_mse", fit.start_mse},
        {"gradient_norm", facts.gradient_norm},
        {"predicted_gain", facts.predicted_gain},
        {"iterations", facts.iterations},
        {"rank", or_null(facts.rank)},
        {"parameters", fit.parameters},
        {"at_bound", or_null(facts.at_bound)},
        {"kinks", or_null(facts.kinks)},
        {"aic", fit.aic},
        {"bic", fit.bic},
        {"standard_errors", parameters_to_json(fit.measure.model, fit.standard_errors)},
        {"starts", starts_json(facts)},
        {"seconds", seconds}};
    document["standardised"] = {{"center", fit.scaling.center}, {"scale", fit.scaling.scale}};
    document["notes"] = fit.notes;
    return document;
}

double seconds_since(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void note_starts(bool quiet, FitFacts const& facts)
{
    std::vector<std::vector<std::string>> lines{
        {"start", "kind", "mse", "ended", "above best", "distance"}};
    for (std::size_t i = 0; i < facts.starts.size(); ++i) {
        StartRecord const& start = facts.starts[i];
        bool const won = facts.won && *facts.won == static_cast<int>(i);
        lines.push_back({fmt::format("{}{}", i + 1, won ? "*" : ""), start.kind,
                         fmt::format("{:.9g}", start.mse), start.ended,
                         std::isnan(start.above) ? "-" : fmt::format("{:.3g}", start.above),
                         fmt::format("{:.3g}", start.distance)});
    }
    if (lines.size() > 1)
        note(quiet,
             "starts (* the fit; above best: of n mse / sigma^2; distance: rms of predictions)");
    std::istringstream text(lines.size() > 1 ? aligned(lines) : "");
    for (std::string line; std::getline(text, line);)
        note(quiet, line);
}

} // namespace

int fit_command(FitOptions const& options, CommonOptions const& common)
{
    if (options.data == "-" && options.start == "-")
        throw UsageError(
            "data and --start are both stdin (it can be read once) give one as a file");
    spare_inputs(options.trace, {options.data, options.start});
    auto const begin = std::chrono::steady_clock::now();
    DataTable table;
    std::string const name = input_name(options.data);
    read_input(options.data, "a CSV file",
               [&](std::istream& in) { table = read_table(in, name, Response::needed); });
    std::shared_ptr<Estimator const> const estimator = chosen_estimator(options, table.n);
    RegressionSpec spec = chosen_spec(options, table, *estimator);
    std::unique_ptr<Device> const device =
        open_device(options.device.device, options.device.threads, options.device.simd);
    note(common.quiet,
         fmt::format("{}: {} samples, d = {}; {} parameters; {}, {} starts, {} of "
                     "them blind; {}",
                     name, table.n, table.d, spec.model.layout.size, estimator->name(),
                     spec.starts.count, spec.starts.blind, device_text(device->info())));
    int ended = 0;
    spec.watch = [&](int start, StartRecord const& record) {
        note(common.quiet,
             fmt::format(
                 "{} of {} starts done, after {}: start {} ({}): mse {:.9g}, \"{}\" after {} "
                 "rounds",
                 ++ended, spec.starts.count, format_duration(seconds_since(begin)), start + 1,
                 record.kind, record.mse, record.ended, record.rounds));
    };
    std::size_t told = 0; // notes
    spec.note = [&](std::string const& text) {
        ++told;
        note(common.quiet, text);
    };
    Regression const fit = fit_table(*device, table, spec);
    double const seconds = seconds_since(begin);
    note_starts(common.quiet, fit.outcome.facts);
    for (std::size_t i = told; i < fit.notes.size(); ++i)
        note(common.quiet, fit.notes[i]);
    print_json(to_json(fit, seconds));
    if (!options.trace.empty())
        write_whole(options.trace, options.force,
                    trace_lines(ordered_json::object(), fit.outcome.facts));
    return static_cast<int>(failed(fit.status) ? Exit::failed_fits : Exit::done);
}

} // namespace moerate
