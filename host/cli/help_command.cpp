#include "host/cli/command_text.h"
#include "host/cli/commands.h"
#include "host/cli/keys_page.h"
#include "host/cli/output.h"
#include "host/core/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace moerate
{
namespace
{

int print_keys(std::string const& format, bool as_json)
{
    if (as_json)
        print_json(keys_json());
    else if (format == "man")
        throw UsageError(
            "the page of keys has no man format (docs/experiment-file.md is that page) use "
            "--format text or markdown");
    else
        print_text(format == "markdown" ? keys_markdown() : keys_text());
    return 0;
}

nlohmann::ordered_json command_json(CommandText const& command)
{
    nlohmann::ordered_json options = nlohmann::ordered_json::array();
    for (OptionText const& option : command.options)
        options.push_back({{"names", option.names},
                           {"positional", option.positional},
                           {"required", option.required},
                           {"many", option.many},
                           {"text", option.text},
                           {"default", option.otherwise},
                           {"words", option.words}});
    return {{"name", command.name},
            {"text", command.text},
            {"options", options},
            {"examples", command.examples}};
}

/// Of all commands, or of one.
nlohmann::ordered_json help_json(ProgramText const& program, CommandText const* command)
{
    if (command != nullptr)
        return command_json(*command);
    nlohmann::ordered_json commands = nlohmann::ordered_json::array();
    for (CommandText const& one : program.commands)
        commands.push_back(command_json(one));
    return {{"name", program.name},
            {"text", program.text},
            {"footer", program.footer},
            {"commands", commands}};
}

} // namespace

int help_command(HelpOptions const& options, CommonOptions const& common)
{
    if (options.topic == "keys")
        return print_keys(options.format, common.json);
    ProgramText const program = program_text();
    auto const command =
        std::find_if(program.commands.begin(), program.commands.end(),
                     [&](CommandText const& one) { return one.name == options.topic; });
    bool const whole = command == program.commands.end(); // "", "commands"
    if (common.json)
        print_json(help_json(program, whole ? nullptr : &*command));
    else if (options.format == "markdown")
        print_text(commands_markdown(program));
    else if (options.format == "man")
        print_text(man_page(program, whole ? nullptr : &*command));
    else
        print_text(usage_text(whole ? "" : command->name));
    return 0;
}

} // namespace moerate
