#include "host/cli/parse_errors.h"

#include "host/core/text.h"
#include "host/core/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace moerate
{
namespace
{

/// The option of `app` that `given` is most like, empty if there is none.
std::string nearest_option(CLI::App const& app, std::string const& given)
{
    std::vector<std::string> known;
    for (CLI::Option const* option : app.get_options())
        for (std::string const& name : option->get_lnames())
            known.push_back("--" + name);
    for (std::string const& name : known)
        if (given.size() > 3 && name.rfind(given, 0) == 0)
            return name; // begun, such as --out of --output
    return nearest(given, known);
}

/// What is wrong with the first of the words that a command has no use for.
std::string unexpected(CLI::App const& command, std::vector<std::string> const& words)
{
    auto const is_option = [](std::string const& word) { return word.rfind('-', 0) == 0; };
    auto const first = std::find_if(words.begin(), words.end(), is_option);
    if (first == words.end())
        return fmt::format("{}: \"{}\" is one word too many (a value that is a list or has blanks "
                           "stands in quotes)",
                           command.get_name(), printable(words.front()));
    std::string const given = first->substr(0, first->find('='));
    std::string const near = nearest_option(command, given);
    return fmt::format("{} has no option {}{}", command.get_name(), printable(given),
                       near.empty() ? "" : fmt::format(" (nearest: {})", near));
}

/// "a whole number" for the type that CLI11 names.
std::string wanted_of(CLI::Option const& option)
{
    std::string const type = option.get_type_name();
    if (type.rfind("UINT", 0) == 0)
        return "a whole number from 0 to 4294967295";
    if (type.rfind("INT", 0) == 0)
        return "a whole number";
    if (type.rfind("FLOAT", 0) == 0)
        return "a number";
    return type == "TEXT" ? "a text" : type;
}

/// The option of `command` that has wrong words, as `error` names it; null if it is none.
CLI::Option const* named_option(CLI::App const& command, std::string const& error)
{
    CLI::Option const* found = nullptr;
    for (CLI::Option const* option : command.get_options()) {
        std::string const name = option->get_name();
        std::size_t const at = error.find(name);
        std::size_t const end = at + name.size();
        bool const whole = at != std::string::npos && (at == 0 || error[at - 1] == ' ') &&
                           (end == error.size() || error[end] == ':' || error[end] == ' ');
        if (whole && (found == nullptr || name.size() > found->get_name().size()))
            found = option;
    }
    return found;
}

/// What is wrong with an option's number of values.
std::string wrong_count(CLI::Option const& option)
{
    std::string const name = option.get_name();
    auto const given = static_cast<int>(option.count());
    int const least = option.get_items_expected_min();
    if (given == 0)
        return fmt::format("{} has no value ({} is needed) give it", name, wanted_of(option));
    if (given < least || given % std::max(1, option.get_type_size()) != 0)
        return fmt::format("{} has {} value{} ({} are needed: {}) give them all", name, given,
                           given == 1 ? "" : "s", std::max(least, option.get_type_size()),
                           option.get_type_name());
    return fmt::format("{} is given {} times (only one could count) give it once", name,
                       given / std::max(1, least));
}

/// The parser's error in words, with reason and remedy.
std::string in_words(CLI::App const& command, CLI::ParseError const& error)
{
    std::string const text = error.what();
    CLI::Option const* const option = named_option(command, text);
    if (option == nullptr)
        return text;
    std::string const name = option->get_name();
    if (dynamic_cast<CLI::ArgumentMismatch const*>(&error) != nullptr)
        return wrong_count(*option);
    if (dynamic_cast<CLI::ConversionError const*>(&error) != nullptr)
        return fmt::format("{} {} (it takes {}) correct it", name,
                           fmt::join(option->results(), " "), wanted_of(*option));
    if (dynamic_cast<CLI::RequiredError const*>(&error) != nullptr)
        return fmt::format("{} is missing ({} needs it) give it", name, command.get_name());
    if (dynamic_cast<CLI::RequiresError const*>(&error) != nullptr)
        return text + " (alone it says nothing) give both, or neither";
    if (dynamic_cast<CLI::ExcludesError const*>(&error) != nullptr)
        return text + " (both are given) leave one out";
    return text;
}

} // namespace

void check_command(CommandLine const& line, std::string const& word)
{
    std::vector<std::string> known;
    for (CommandText const& one : line.text().commands)
        known.push_back(one.name);
    if (word.rfind('-', 0) == 0 || std::find(known.begin(), known.end(), word) != known.end())
        return;
    std::string const near = nearest(word, known);
    throw UsageError(fmt::format("\"{}\" is no command{} see moerate --help", printable(word),
                                 near.empty() ? ":" : fmt::format(" (nearest: \"{}\")", near)));
}

UsageError parse_error(CommandLine const& line, CLI::ParseError const& error)
{
    std::vector<CLI::App*> const given = line.app.get_subcommands();
    if (given.empty() && line.app.remaining(true).empty())
        return UsageError(
            "no command is given (there is nothing to do) see moerate --help, or begin with "
            "moerate init first && moerate run first.toml -o results");
    CLI::App const& command = given.empty() ? line.app : *given.front();
    std::vector<std::string> const words = line.app.remaining(true);
    bool const extra = given.empty() || dynamic_cast<CLI::ExtrasError const*>(&error) != nullptr;
    return UsageError(
        fmt::format("{} (see moerate {}--help)",
                    extra && !words.empty() ? unexpected(command, words) : in_words(command, error),
                    given.empty() ? "" : command.get_name() + " "));
}

void check_run_words(std::vector<std::string> const& words)
{
    std::vector<char const*> argv{"moerate", "run", "experiment.toml"};
    for (std::string const& word : words)
        argv.push_back(word.c_str());
    CommandLine line;
    try {
        line.app.parse(static_cast<int>(argv.size()), argv.data());
    } catch (CLI::Success const&) {
        throw UsageError("--run: a page of help is no work (a task would print it and end) leave "
                         "it out");
    } catch (CLI::ParseError const& error) {
        throw UsageError(fmt::format("--run: {}", parse_error(line, error).what()));
    }
    CLI::App const& run = *line.app.get_subcommand("run");
    for (auto const& [name, reason] :
         {std::pair{"--output", "-o of submit names the folder"},
          std::pair{"--shard", "each task has its own; --array says how many there are"},
          std::pair{"--max-stalled", "the script has it"},
          std::pair{"--set", "the tasks' study is that of submit: give it --set"},
          std::pair{"--until-half-width", "a shard has no slopes"}})
        if (run.count(name) > 0)
            throw UsageError(
                fmt::format("--run: {} is not the tasks' to have ({}) leave it out", name, reason));
}

} // namespace moerate
