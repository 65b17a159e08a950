#include "host/cli/command_text.h"
#include "host/core/build.h"
#include "host/core/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

namespace moerate
{
namespace
{

/// Text as troff takes it literally.
std::string escaped(std::string const& text)
{
    std::string result;
    for (char const c : text) {
        if (c == '\\')
            result += "\\e";
        else if (c == '-')
            result += "\\-";
        else if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n'))
            result += std::string("\\&") + c;
        else
            result += c;
    }
    return result;
}

std::string upper(std::string text)
{
    for (char& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

/// "FILE", "VALUE": what stands for the value of an option; empty for a flag.
std::string placeholder(OptionText const& option)
{
    if (option.takes == Takes::nothing)
        return "";
    return upper(option.positional ? option.names.front() : option.names.back().substr(2));
}

/// "FILE [--set SET]...": how a command is called.
std::string synopsis(CommandText const& command)
{
    std::vector<std::string> words;
    for (OptionText const& option : command.options)
        if (option.positional)
            words.push_back(option.required ? placeholder(option)
                                            : "[" + placeholder(option) + "]");
    for (std::string& word : words)
        if (&word == &words.back() && command.options.front().many)
            word += "...";
    words.emplace_back("[OPTIONS]");
    return fmt::format("{}", fmt::join(words, " "));
}

/// What is said of an option beside its name.
std::string option_text(OptionText const& option)
{
    std::string text = option.text;
    if (option.takes == Takes::words)
        text += fmt::format(": {}", fmt::join(option.words, ", "));
    if (!option.otherwise.empty())
        text += fmt::format(" [{}]", option.otherwise);
    if (option.many && !option.positional)
        text += " (may be given again)";
    return text;
}

std::string names_text(OptionText const& option)
{
    std::string const value = placeholder(option);
    if (option.positional)
        return value;
    return fmt::format("{}{}{}", fmt::join(option.names, ", "), value.empty() ? "" : " ", value);
}

std::string section(std::string const& name)
{
    return ".SH " + upper(name) + "\n";
}

std::string options_section(CommandText const& command)
{
    std::string page = section("options");
    for (OptionText const& option : command.options)
        page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(names_text(option)),
                            escaped(option_text(option)));
    return page;
}

std::string head(std::string const& name, std::string const& text)
{
    return fmt::format(".TH {} 1 \"\" \"moerate {}\" \"moerate manual\"\n{}{} \\- {}\n",
                       upper(escaped(name)), this_build().version, section("name"), escaped(name),
                       escaped(text));
}

std::string command_page(ProgramText const& program, CommandText const& command)
{
    std::string page = head(program.name + "-" + command.name, command.text);
    page += section("synopsis") + fmt::format("\\fB{} {}\\fR {}\n", program.name, command.name,
                                              escaped(synopsis(command)));
    page += options_section(command);
    if (!command.examples.empty())
        page += section("examples");
    for (std::string const& example : command.examples)
        page += ".PP\n.nf\n" + escaped(example) + "\n.fi\n";
    return page + section("see also") + "\\fBmoerate\\fR(1)\n";
}

} // namespace

std::string man_page(ProgramText const& program, CommandText const* command)
{
    if (command != nullptr)
        return command_page(program, *command);
    std::string page = head(program.name, program.text);
    page += section("synopsis") + "\\fBmoerate\\fR COMMAND [OPTIONS]\n" + section("commands");
    for (CommandText const& one : program.commands)
        page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", one.name, escaped(one.text));
    page += section("exit status") + escaped(program.footer) + "\n" + section("see also");
    std::vector<std::string> pages;
    for (CommandText const& one : program.commands)
        pages.push_back(fmt::format("\\fBmoerate\\-{}\\fR(1)", one.name));
    return page + fmt::format("{}\n", fmt::join(pages, ", "));
}

std::string commands_markdown(ProgramText const& program)
{
    std::string page =
        "# Commands\n\nMade by `moerate help commands --format markdown` from what `--help` says; "
        "a test fails where it is stale.\n\n" +
        program.text + " " + program.footer + "\n";
    for (CommandText const& command : program.commands) {
        page +=
            fmt::format("\n## moerate {}\n\n{}.\n\n`moerate {} {}`\n\n| option | what it does |\n"
                        "|---|---|\n",
                        command.name, command.text, command.name, synopsis(command));
        for (OptionText const& option : command.options) {
            std::string cell; // a bar would end the cell
            for (char const c : option_text(option))
                cell += c == '|' ? std::string("\\|") : std::string(1, c);
            page += fmt::format("| `{}` | {} |\n", names_text(option), cell);
        }
        if (!command.examples.empty())
            page += fmt::format("\n```sh\n{}\n```\n", fmt::join(command.examples, "\n"));
    }
    return page;
}

} // namespace moerate
