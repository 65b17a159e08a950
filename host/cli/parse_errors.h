#pragma once

/// @file
/// What a command line has wrong, in words.

#include "host/cli/command_line.h"
#include "host/core/error.h"

namespace moerate
{

/// Refuses a first word that is neither a command nor an option.
void check_command(CommandLine const& line, std::string const& word);

/// The error of a parse that `error` ended: what was not expected with the nearest option, and the
/// page that helps.
UsageError parse_error(CommandLine const& line, CLI::ParseError const& error);

/// Refuses words that are no options of `run` or no values of theirs, and options that the script
/// of a job array gives itself or that do not go with a shard.
void check_run_words(std::vector<std::string> const& words);

} // namespace moerate
