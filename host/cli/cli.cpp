#include "host/cli/cli.h"

#include "host/cli/command_line.h"
#include "host/cli/output.h"
#include "host/cli/parse_errors.h"
#include "host/cli/program.h"
#include "host/core/error.h"
#include "host/core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Refuses what holds() does not say of the number; `wanted` says which are taken.
CLI::Validator number_check(std::string const& wanted, std::function<bool(double)> holds)
{
    auto const check = [wanted, holds = std::move(holds)](std::string const& text) {
        double value = 0;
        if (!CLI::detail::lexical_cast(text, value))
            return fmt::format("{} is no number ({})", printable(text), wanted);
        return holds(value) ? "" : fmt::format("{} is out of range ({})", printable(text), wanted);
    };
    return CLI::Validator(check, wanted);
}

/// Refuses an empty word: what a shell makes of a variable that is not set would be taken for an
/// option that is not given.
CLI::Validator not_empty()
{
    return CLI::Validator(
        [](std::string const& text) {
            return std::string(
                text.empty() ? "is empty (is a variable of the shell not set?) give a value" : "");
        },
        "");
}

} // namespace

CLI::Validator in_range(double least, double most)
{
    return number_check(fmt::format("{} to {}", least, most),
                        [=](double value) { return least <= value && value <= most; });
}

CLI::Validator positive_number()
{
    return number_check("above 0", [](double value) { return value > 0 && std::isfinite(value); });
}

CommandLine::CommandLine()
{
    app.require_subcommand(1);
    app.set_version_flag("--version", version_text());
    app.footer("Exit codes: 0 done, 1 failure, 2 usage or input, 3 too many failed fits, 4 store, "
               "5 device, 75 stopped with all work saved.");
    add_study_commands();
    add_store_commands();
    add_fit_commands();
    add_cluster_commands();
    add_case_commands();
    add_data_commands();
    add_probe_commands();
    add_help_commands();
    for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; }))
        for (CLI::Option* option : sub->get_options())
            if (option->get_expected_min() > 0) // before other checks of the value
                option->transform(not_empty());
}

/// Notes what an option takes.
CLI::Option* CommandLine::valued(CLI::Option* option, Takes what)
{
    takes[option] = what;
    return option;
}

/// An option that takes a word of the list.
CLI::Option* CommandLine::one_of(CLI::Option* option, std::vector<std::string> const& list)
{
    words[option] = list;
    return valued(option, Takes::words)->check(CLI::IsMember(list));
}

/// More words that complete an option which takes others too.
void CommandLine::suggest(CLI::Option* option, std::vector<std::string> const& list)
{
    words[option].insert(words[option].end(), list.begin(), list.end());
}

std::vector<std::string> pairs_of(std::string const& before, std::vector<std::string> const& firsts,
                                  std::string const& between,
                                  std::vector<std::string> const& seconds)
{
    std::vector<std::string> all;
    for (std::string const& first : firsts)
        for (std::string const& second : seconds)
            all.push_back(before + first + between + second);
    return all;
}

/// A command with -q and --json; its examples end its help.
CLI::App* CommandLine::add(std::string const& name, std::string const& text,
                           std::vector<std::string> const& examples, std::function<int()> call)
{
    CLI::App* sub = app.add_subcommand(name, text);
    shown[sub] = examples;
    std::string footer;
    for (std::string const& example : examples)
        footer += "\n  " + example;
    if (!footer.empty())
        sub->footer("Examples:" + footer);
    sub->add_flag("-q,--quiet", common.quiet, "Print errors only on stderr");
    sub->add_flag("--json", common.json,
                  "Print one JSON document on stdout (not in place of CSV, a script or a file)");
    sub->callback([this, call = std::move(call)] { command = call; });
    return sub;
}

/// Returns the option of the file, which is required.
CLI::Option* CommandLine::add_study(CLI::App* sub)
{
    CLI::Option* const file =
        valued(sub->add_option("file", study.file, "Experiment file (TOML)"), Takes::experiment)
            ->required();
    valued(sub->add_option("--set", study.settings, "Override a key: path=value, value as in TOML"),
           Takes::setting)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return file;
}

void CommandLine::add_device(CLI::App* sub, std::string& device_name)
{
    CLI::Option* const where =
        sub->add_option("--device", device_name, "auto, cpu, cuda, cuda:I, cuda:I,J or cuda:all");
    where->capture_default_str();
    words[where] = {"auto", "cpu", "cuda", "cuda:all"};
}

void CommandLine::add_simd(CLI::App* sub, std::string& level)
{
    one_of(
        sub->add_option("--simd", level,
                        "SIMD level of the CPU, of those that `moerate doctor` lists [the best]"),
        {"x86-64-v3", "x86-64-v4"});
}

void CommandLine::add_devices(CLI::App* sub)
{
    add_device(sub, device.device);
    add_simd(sub, device.simd);
    sub->add_option("--threads", device.threads, "CPU threads; 0: all cores")
        ->check(in_range(0, 4096))
        ->capture_default_str();
}

CLI::Option* CommandLine::add_folder(CLI::App* sub, std::string const& name, std::string& value,
                                     std::string const& text)
{
    return valued(sub->add_option(name, value, text), Takes::results);
}

OptionText CommandLine::option_text(CLI::Option const& option) const
{
    OptionText text;
    for (std::string const& name : option.get_snames())
        text.names.push_back("-" + name);
    for (std::string const& name : option.get_lnames())
        text.names.push_back("--" + name);
    text.positional = option.get_positional();
    if (text.positional)
        text.names = {option.get_name()};
    text.required = option.get_required();
    text.many = option.get_items_expected_max() > 1 ||
                option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    text.text = option.get_description();
    text.otherwise = option.get_default_str();
    auto const known = takes.find(&option);
    text.takes = known != takes.end()             ? known->second
                 : option.get_expected_min() == 0 ? Takes::nothing
                                                  : Takes::text;
    auto const listed = words.find(&option);
    if (listed != words.end())
        text.words = listed->second;
    return text;
}

ProgramText CommandLine::text() const
{
    ProgramText program{app.get_name(), app.get_description(), app.get_footer(), {}};
    for (CLI::App const* sub : app.get_subcommands([](CLI::App const*) { return true; })) {
        CommandText one{sub->get_name(), sub->get_description(), shown.at(sub), {}};
        for (CLI::Option const* option : sub->get_options())
            if (option != sub->get_help_ptr())
                one.options.push_back(option_text(*option));
        std::stable_partition(one.options.begin(), one.options.end(),
                              [](OptionText const& option) { return option.positional; });
        program.commands.push_back(std::move(one));
    }
    return program;
}

namespace
{

/// The candidates for the last word behind `moerate complete`, for the scripts of the shells.
int complete(std::vector<std::string> const& words)
{
    for (std::string const& one : candidates(program_text(), words))
        print_text(one + "\n");
    return 0;
}

/// Parses and calls the command; parse errors, help and version are CLI11's to print.
int parse_and_call(int argc, char const* const* argv)
{
    if (argc > 1 && std::string(argv[1]) == "complete")
        return complete({argv + 2, argv + argc});
    CommandLine line;
    line.run.argv.assign(argv, argv + argc);
    if (argc > 1)
        check_command(line, argv[1]);
    try {
        line.app.parse(argc, argv);
    } catch (CLI::Success const& help) {
        return line.app.exit(help);
    } catch (CLI::ParseError const& error) {
        throw parse_error(line, error);
    }
    return line.command();
}

} // namespace

ProgramText program_text()
{
    return CommandLine().text();
}

std::string usage_text(std::string const& command)
{
    CommandLine line;
    return command.empty() ? line.app.help()
                           : line.app.get_subcommand(command)->help(line.app.get_name());
}

int run_cli(int argc, char const* const* argv)
{
    return run_program("moerate", [&] { return parse_and_call(argc, argv); });
}

} // namespace moerate
