#pragma once

/// @file
/// The commands as texts. The parser's own tables are walked once (cli.cpp); help, manual pages and
/// completion are made from what that gives, so that they cannot say anything else.

#include <string>
#include <vector>

namespace moerate
{

/// What the value of an option is, for completion.
enum class Takes
{
    nothing,    ///< a flag
    text,       ///< anything
    words,      ///< one of a list (where others are taken too, Takes::text has a list)
    file,       ///< a file or folder
    experiment, ///< an experiment file
    results,    ///< a results folder
    setting,    ///< path=value of an experiment file
};

struct OptionText
{
    std::vector<std::string> names; ///< "-o", "--output"; of a positional its name alone
    bool positional = false, required = false;
    bool many = false;     ///< may be given again, or takes several
    std::string text;      ///< what it does
    std::string otherwise; ///< default; empty: none
    Takes takes = Takes::text;
    std::vector<std::string> words; ///< known values
};

struct CommandText
{
    std::string name, text;
    std::vector<std::string> examples; ///< command lines
    std::vector<OptionText> options;
};

struct ProgramText
{
    std::string name, text, footer;
    std::vector<CommandText> commands;
};

/// All of moerate's commands. cli.cpp
ProgramText program_text();

/// The help of a command as --help prints it; of moerate itself for "". cli.cpp
std::string usage_text(std::string const& command);

/// Lines to complete the last of `words` with: "candidate" or "candidate<TAB>what it is"; one that
/// ends with "/" or "=" goes on. `words` are those behind the program's name. completion.cpp
std::vector<std::string> candidates(ProgramText const& program,
                                    std::vector<std::string> const& words);

/// The script that makes a shell complete moerate's words. Throws UsageError.
std::string completion_script(std::string const& shell);

/// The manual page, in troff: moerate(1), or that of a command. man_page.cpp
std::string man_page(ProgramText const& program, CommandText const* command);

/// All commands as one page of Markdown.
std::string commands_markdown(ProgramText const& program);

} // namespace moerate
