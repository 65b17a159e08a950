#include "host/cli/command_line.h"
#include "host/cli/output.h"
#include "host/measure/reader.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

namespace moerate
{

void CommandLine::add_study_commands()
{
    CLI::App* check =
        add("check", "Check an experiment file and print it with every default filled in",
            {"moerate check experiments/003-1a.toml",
             "moerate check experiments/003-1a.toml --set study.replicates=5 --toml"},
            [this] { return check_command(study, as_toml, common); });
    add_study(check);
    check->add_flag("--toml", as_toml, "Print the resolved study as an experiment file");
    CLI::App* plan = add("plan", "Print cells, fits, estimated time and memory",
                         {"moerate plan experiments/003-1a.toml --device cpu",
                          "moerate plan experiments/003-1a.toml --shards"},
                         [this] {
                             planned.study = study;
                             planned.folder = folder;
                             planned.device = device;
                             return plan_command(planned, common);
                         });
    add_study(plan)->required(false);
    add_devices(plan);
    add_folder(plan, "-o,--output", folder,
               "Results folder: count what it holds; without a file plan its study");
    plan->add_option("--half-width", planned.half_width,
                     "Also the replicates that give slopes intervals of this half-width")
        ->check(in_range(1e-6, 10.0));
    plan->add_flag("--shards", planned.shards,
                   "Propose N for `run --shard i/N`, with hours, memory and size of the stores");
    add_run_command();
}

void CommandLine::add_run_command()
{
    CLI::App* go = add(
        "run", "Do all work that the results folder does not hold",
        {"moerate run experiments/003-1a.toml -o results/003-1a",
         "moerate run experiments/003-1a.toml --set fit.softmax.experts=10 -o results/ten",
         "moerate run experiments/003-1a.toml -o results/003-1a --shard 3/7 --time-budget 3h50m"},
        [this] {
            run.study = study;
            run.device = device;
            return run_command(run, common);
        });
    add_study(go);
    add_devices(go);
    add_folder(go, "-o,--output", run.folder, "Results folder [results/<study id>]");
    go->add_option("--save-every", run.save_every, "Seconds of work between two saves, about")
        ->check(in_range(0.01, 3600.0))
        ->capture_default_str();
    CLI::Option* const until =
        go->add_option("--until-half-width", run.half_width,
                       "Go on until every slope's interval has this half-width")
            ->check(in_range(1e-6, 10.0));
    go->add_option("--max-replicates", run.most_replicates,
                   "Replicates at which to end then [10 times study.replicates]")
        ->check(in_range(1, 2147483647))
        ->needs(until);
    CLI::Option* const trace =
        valued(go->add_option("--trace", run.trace,
                              "File to add the rounds of least-squares fits to, a JSON line each"),
               Takes::file);
    go->add_option("--trace-fit", run.trace_fits, "LABEL N REPLICATE of a fit to trace [all fits]")
        ->type_name("LABEL N REPLICATE")
        ->needs(trace);
    go->add_flag("--add-n", run.add_n,
                 "Also the n of the results folder, of its study and of stored fits of these "
                 "curves: study.n adds to them");
    go->add_flag("--no-params", run.no_parameters,
                 "Do not store parameters (further losses then need new fits)");
    suggest(
        go->add_option("--shard", run.shard,
                       "Do part i of N only, into store.<i>of<N>.sqlite: i/N; auto: the task of "
                       "a job array; auto/N: its number"),
        {"auto"});
    go->add_option("--time-budget", run.time_budget,
                   "Stop with all work saved (exit 75) before this time is over: 3h50m, D-HH:MM:SS "
                   "[under Slurm: the job's time limit less a minute]");
    go->add_option("--max-stalled", run.most_stalled,
                   "Fail if so many runs in a row stored nothing; 0: never")
        ->check(in_range(0, 1000000))
        ->capture_default_str();
}

void CommandLine::add_store_commands()
{
    std::string const text = "Results folder";
    CLI::App* status =
        add("status", "Print how much of its study a results folder holds",
            {"moerate status results/003-1a"}, [this] { return status_command(folder, common); });
    add_folder(status, "folder", folder, text)->required();
    CLI::App* rates = add("rates", "Print convergence rates",
                          {"moerate rates results/003-1a", "moerate rates results/003-1a --json",
                           "moerate rates results/003-1a --levels --n 5000..100000"},
                          [this] {
                              rated.folders = folders;
                              rated.device = device;
                              return rates_command(rated, common);
                          });
    valued(rates->add_option("folders", folders, "Results folders"), Takes::results)->required();
    rates->add_option("--n", rated.window, "Only the n from one to another: 5000..100000, 5000..");
    rates->add_flag("--levels", rated.levels,
                    "With mean and median loss, regression error and counts of each curve and n");
    rates->add_flag("--windows", rated.windows,
                    "With slopes over the n from each on, and the replicates that decide slopes");
    rates->add_flag("--blocks", rated.blocks,
                    "With the slopes of each block of parameters, in over and in exact cells");
    add_devices(rates);
    CLI::App* two = add(
        "compare", "Print differences of slopes between curves of some results folders",
        {"moerate compare results/003-1a", "moerate compare results/003-1a results/ten --by label",
         "moerate compare results/003-1a --rows softmax sigmoid --json"},
        [this] {
            compared.folders = folders;
            compared.device = device;
            return compare_command(compared, common);
        });
    valued(two->add_option("folders", folders, "Results folders"), Takes::results)->required();
    two->add_option("--rows", compared.rows,
                    "Only these curves: labels, or STUDY: LABEL; * is any text");
    one_of(two->add_option("--by", compared.by, "label: only pairs of one label"), {"label"});
    add_devices(two);
    CLI::App* out =
        add("export", "Write the fits of a results folder as a tidy table, or its experiment file",
            {"moerate export results/003-1a --format csv -o fits.csv",
             "moerate export results/003-1a --format csv --params --all",
             "moerate export results/003-1a --format toml"},
            [this] { return export_command(output); });
    add_folder(out, "folder", output.folder, text)->required();
    one_of(out->add_option("--format", output.format, "What to write"), {"csv", "json", "toml"})
        ->required();
    out->add_flag("--all", output.all,
                  "Also fits and losses that the study does not ask for (in_study = 0)");
    out->add_flag("--params", output.parameters,
                  "CSV: the fits' parameters by name, as atoms.0.gate.w.1 (JSON always has them)");
    out->add_flag("--blocks", output.blocks,
                  "CSV: distances of each block of parameters, in over and in exact cells");
    valued(out->add_option("-o,--output", output.file, "File to write [stdout]"), Takes::file);
    out->add_flag("--force", output.force, "Replace the file if it exists");
}

void CommandLine::add_case_commands()
{
    std::string const text = "JSON array of cases; - reads stdin";
    CLI::App* eval = add("eval", "Predictions, gate weights, MSE and gradient of given models", {},
                         [this] { return eval_command(cases, common); });
    valued(eval->add_option("cases", cases.file, text), Takes::file)->required();
    add_device(eval, cases.device);
    one_of(eval->add_option("--precision", cases.precision, "Numbers to compute in"),
           {"float64", "float32"})
        ->capture_default_str();
    CLI::App* loss = add("loss", "Voronoi losses of fitted against true mixing measures", {},
                         [this] { return loss_command(cases, common); });
    valued(loss->add_option("cases", cases.file, text), Takes::file)->required();
    CLI::App* list =
        add("list", "Scores, normalizers, activations, experts, losses, estimators, reasons",
            {"moerate list", "moerate list losses"}, [this] { return list_command(axis, common); });
    one_of(list->add_option("axis", axis, "Only this axis"), axis_names());
    add("doctor", "Describe this build and this machine", {"moerate doctor"},
        [this] { return doctor_command(common); });
}

void CommandLine::add_help_commands()
{
    CLI::App* start =
        add("init", "Write a commented experiment file that runs as it is",
            {"moerate init my-study", "moerate init squared --gate linear/sigmoid --expert power",
             "moerate init again --from 003-1a"},
            [this] { return init_command(init, common); });
    start->add_option("name", init.name, "Name of the study; writes NAME.toml")
        ->capture_default_str();
    valued(start->add_option("--from", init.from,
                             "Experiment to begin with: its name in experiments/, or a file"),
           Takes::experiment);
    CLI::Option* const gate = start->add_option(
        "--gate", init.gate, "Gate of truth and fit: SCORE/NORMALIZER, or either");
    CLI::Option* const expert =
        start->add_option("--expert", init.expert, "Experts: FORM/ACTIVATION, or either");
    for (auto const& names : {names_of<Scores>(), names_of<Normalizers>(),
                              pairs_of("", names_of<Scores>(), "/", names_of<Normalizers>())})
        suggest(gate, names);
    for (auto const& names : {names_of<Experts>(), names_of<Activations>(),
                              pairs_of("", names_of<Experts>(), "/", names_of<Activations>())})
        suggest(expert, names);
    start->add_flag("--force", init.force, "Replace the file if it exists");
    CLI::App* manual = add("help", "Print what a command does, or the manual's page of keys",
                           {"moerate help run", "moerate help keys"},
                           [this] { return help_command(help, common); });
    std::vector<std::string> topics{"keys", "commands"};
    for (CLI::App const* sub : app.get_subcommands([](CLI::App const*) { return true; }))
        topics.push_back(sub->get_name());
    topics.emplace_back("completion");
    one_of(manual->add_option("topic", help.topic, "What to read about"), topics);
    one_of(manual->add_option("--format", help.format, "How to write it"),
           {"text", "markdown", "man"})
        ->capture_default_str();
    CLI::App* completion =
        add("completion", "Print the script that completes moerate's words in a shell",
            {"moerate completion bash"}, [this] {
                print_text(completion_script(shell));
                return 0;
            });
    one_of(completion->add_option("shell", shell, "Shell"), {"bash", "zsh", "fish"})->required();
}

} // namespace moerate
