#pragma once

/// @file
/// moerate's parser: its commands and options.

#include "host/cli/command_text.h"
#include "host/cli/commands.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace moerate
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
    PlanOptions planned;
    RatesCommandOptions rated;
    CompareOptions compared;
    ExportOptions output;
    ShowOptions show;
    ReplayOptions again;
    CaseOptions cases;
    FitOptions fit;
    IdentifyOptions identified;
    ConstantOptions constants;
    PredictOptions prediction;
    HelpOptions help;
    InitOptions init;
    MergeOptions merge;
    SubmitOptions submit;
    std::string folder, axis, shell;
    std::vector<std::string> folders;
    bool as_toml = false;
    std::function<int()> command;

    /// What the value of an option is, for completion; text where nothing is said.
    std::map<CLI::Option const*, Takes> takes;
    std::map<CLI::App const*, std::vector<std::string>> shown; ///< examples of a command
    std::map<CLI::Option const*, std::vector<std::string>> words;

    CommandLine();
    CLI::App* add(std::string const& name, std::string const& text,
                  std::vector<std::string> const& examples, std::function<int()> call);
    CLI::Option* valued(CLI::Option* option, Takes what);
    CLI::Option* one_of(CLI::Option* option, std::vector<std::string> const& list);
    void suggest(CLI::Option* option, std::vector<std::string> const& list);
    CLI::Option* add_study(CLI::App* sub);
    void add_device(CLI::App* sub, std::string& device_name);
    void add_simd(CLI::App* sub, std::string& level);
    void add_devices(CLI::App* sub);
    CLI::Option* add_folder(CLI::App* sub, std::string const& name, std::string& value,
                            std::string const& text);
    void add_study_commands();
    void add_run_command();
    void add_store_commands();
    void add_fit_commands();
    void add_cluster_commands();
    void add_case_commands();
    void add_data_commands();
    void add_probe_commands();
    void add_identify_settings(CLI::App* sub);
    void add_constant_command();
    void add_help_commands();
    ProgramText text() const;

private:
    OptionText option_text(CLI::Option const& option) const;
};

/// A check of an option's number: within [least, most], which nan is not.
CLI::Validator in_range(double least, double most);
/// The same: above 0, and finite.
CLI::Validator positive_number();

/// before FIRST between SECOND of all firsts and seconds.
std::vector<std::string> pairs_of(std::string const& before, std::vector<std::string> const& firsts,
                                  std::string const& between,
                                  std::vector<std::string> const& seconds);

} // namespace moerate
