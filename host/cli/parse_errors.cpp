#include "host/cli/parse_errors.h"

#include "host/core/text.h"
#include "host/core/words.h"

#include <fmt/format.h>

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
    CLI::App const& command = given.empty() ? line.app : *given.front();
    std::vector<std::string> const words = line.app.remaining(true);
    bool const extra = given.empty() || dynamic_cast<CLI::ExtrasError const*>(&error) != nullptr;
    return UsageError(
        fmt::format("{} (see moerate {}--help)",
                    extra && !words.empty() ? unexpected(command, words) : error.what(),
                    given.empty() ? "" : command.get_name() + " "));
}

} // namespace moerate
