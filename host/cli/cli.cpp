#include "host/cli/cli.h"

#include "host/cli/commands.h"
#include "host/cli/program.h"
#include "host/core/error.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <functional>
#include <memory>

namespace moerate
{
namespace
{

/// The parser with the options that its commands fill; the chosen command is left in `command`.
struct CommandLine
{
    CLI::App app{"Measures how fast mixture-of-experts least-squares fits recover their truth as n "
                 "grows.",
                 "moerate"};
    CommonOptions common;
    StudyOptions study;
    DeviceOptions device;
    RunCommandOptions run;
    ExportOptions output;
    CaseOptions cases;
    FitOptions fit;
    PredictOptions prediction;
    std::string folder, axis;
    std::vector<std::string> folders;
    std::function<int()> command;

    CommandLine();
    CLI::App* add(std::string const& name, std::string const& text, std::function<int()> call);
    void add_study(CLI::App* sub);
    void add_device(CLI::App* sub);
    void add_study_commands();
    void add_store_commands();
    void add_case_commands();
    void add_data_commands();
};

CommandLine::CommandLine()
{
    app.require_subcommand(1);
    app.set_version_flag("--version", version_text());
    app.footer("Exit codes: 0 done, 1 failure, 2 usage or input, 3 too many failed fits, 4 store, "
               "5 device, 75 stopped with all work saved.");
    add_study_commands();
    add_store_commands();
    add_case_commands();
    add_data_commands();
}

/// A command with -q and --json.
CLI::App* CommandLine::add(std::string const& name, std::string const& text,
                           std::function<int()> call)
{
    CLI::App* sub = app.add_subcommand(name, text);
    sub->add_flag("-q,--quiet", common.quiet, "Print errors only on stderr");
    sub->add_flag("--json", common.json, "Print one JSON document on stdout");
    sub->callback([this, call = std::move(call)] { command = call; });
    return sub;
}

void CommandLine::add_study(CLI::App* sub)
{
    sub->add_option("file", study.file, "Experiment file (TOML)")->required();
    sub->add_option("--set", study.settings, "Override a key: path=value, value as in TOML")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void CommandLine::add_device(CLI::App* sub)
{
    sub->add_option("--device", device.device, "auto, cpu, cuda, cuda:I, cuda:I,J or cuda:all")
        ->capture_default_str();
    sub->add_option("--threads", device.threads, "CPU threads; 0: all cores")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
}

void CommandLine::add_study_commands()
{
    add_study(add("check", "Check an experiment file and print it with every default filled in",
                  [this] { return check_command(study, common); }));
    CLI::App* plan = add("plan", "Print cells, fits, estimated time and memory",
                         [this] { return plan_command(study, folder, device, common); });
    add_study(plan);
    add_device(plan);
    plan->add_option("-o,--output", folder, "Results folder: count what it holds");
    CLI::App* go = add("run", "Do all work that the results folder does not hold", [this] {
        run.study = study;
        run.device = device;
        return run_command(run, common);
    });
    add_study(go);
    add_device(go);
    go->add_option("-o,--output", run.folder, "Results folder [results/<study id>]");
    go->add_option("--save-every", run.save_every, "Seconds of work between two saves, about")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    go->add_flag("--no-params", run.no_parameters,
                 "Do not store parameters (further losses then need new fits)");
}

void CommandLine::add_store_commands()
{
    CLI::App* status = add("status", "Print how much of its study a results folder holds",
                           [this] { return status_command(folder, common); });
    status->add_option("folder", folder, "Results folder")->required();
    CLI::App* rates = add("rates", "Print convergence rates",
                          [this] { return rates_command(folders, device, common); });
    rates->add_option("folders", folders, "Results folders")->required();
    add_device(rates);
    CLI::App* out = add("export", "Write all fits of a results folder",
                        [this] { return export_command(output); });
    out->add_option("folder", output.folder, "Results folder")->required();
    out->add_option("--format", output.format, "csv or json")
        ->required()
        ->check(CLI::IsMember({"csv", "json"}));
    out->add_option("-o,--output", output.file, "File to write [stdout]");
    out->add_flag("--force", output.force, "Replace the file if it exists");
}

void CommandLine::add_case_commands()
{
    std::string const text = "JSON array of cases; - reads stdin";
    CLI::App* eval = add("eval", "Predictions, gate weights, MSE and gradient of given models",
                         [this] { return eval_command(cases, common); });
    eval->add_option("cases", cases.file, text)->required();
    eval->add_option("--device", cases.device, "auto, cpu, cuda or cuda:I")->capture_default_str();
    eval->add_option("--precision", cases.precision, "float64 or float32")
        ->check(CLI::IsMember({"float64", "float32"}))
        ->capture_default_str();
    CLI::App* loss = add("loss", "Voronoi losses of fitted against true mixing measures",
                         [this] { return loss_command(cases, common); });
    loss->add_option("cases", cases.file, text)->required();
    CLI::App* list = add("list", "Scores, normalizers, activations, experts, losses, estimators",
                         [this] { return list_command(axis, common); });
    list->add_option("axis", axis, "Only this axis")->check(CLI::IsMember(axis_names()));
    add("doctor", "Describe this build and this machine",
        [this] { return doctor_command(common); });
}

void CommandLine::add_data_commands()
{
    CLI::App* sub = add("fit", "Fit a model to your own data", [this] {
        fit.device = device;
        return fit_command(fit, common);
    });
    sub->add_option("data", fit.data, "CSV with a header x1,...,xd,y; - reads stdin")->required();
    sub->add_option("--start", fit.start, "Measure to start from (JSON), which names the model");
    sub->add_option("--gate", fit.gate, "Gate, e.g. score=linear,normalizer=softmax");
    sub->add_option("--expert", fit.expert, "Expert, e.g. form=ridge,activation=gelu");
    sub->add_option("--experts", fit.experts,
                    "How many experts; for a hierarchical gate of each group")
        ->delimiter(',');
    sub->add_option("--estimator", fit.estimator, "lse or sgd")->capture_default_str();
    sub->add_option("--box", fit.box, "Largest size of a parameter (lse)");
    sub->add_option("--starts", fit.starts, "Starts; half of them, without --start all, are blind")
        ->check(CLI::Range(1, 10000));
    sub->add_option("--seed", fit.seed, "Seed of the blind starts")->capture_default_str();
    sub->add_option("--set", fit.settings, "A setting of the estimator: key=value")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub->add_flag("--raw", fit.raw, "Fit the inputs as they are, not standardised");
    add_device(sub);
    CLI::App* predict = add("predict", "Predictions, gate weights and responses for new inputs",
                            [this] { return predict_command(prediction); });
    predict->add_option("measure", prediction.measure, "Measure, or what fit printed (JSON)")
        ->required();
    predict->add_option("data", prediction.data, "Inputs x1,...,xd (CSV); - reads stdin")
        ->required();
}

/// Parses and calls the command; parse errors, help and version are CLI11's to print.
int parse_and_call(int argc, char const* const* argv)
{
    CommandLine line;
    line.run.argv.assign(argv, argv + argc);
    try {
        line.app.parse(argc, argv);
    } catch (CLI::Success const& help) {
        return line.app.exit(help);
    } catch (CLI::ParseError const& error) {
        throw UsageError(std::string(error.what()) + " (see moerate --help)");
    }
    return line.command();
}

} // namespace

int run_cli(int argc, char const* const* argv)
{
    return run_program("moerate", [&] { return parse_and_call(argc, argv); });
}

} // namespace moerate
