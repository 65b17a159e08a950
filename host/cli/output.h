#pragma once

/// @file
/// Reading input and writing output of commands.

#include "host/core/json.h"

#include <fmt/format.h>

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moerate
{

/// Calls read(in) on a file opened for reading, or on stdin for "-". `kind` says in messages what
/// is needed, "a JSON file". Throws UsageError where there is no such file.
void read_input(std::string const& file, std::string_view kind,
                std::function<void(std::istream&)> const& read);

/// "stdin" for "-", else the name as printable() has it.
std::string input_name(std::string const& file);

/// All of a file, or of stdin for "-". Throws as read_input.
std::string read_text(std::string const& file, std::string_view kind);

/// The JSON document in a file, or on stdin for "-". Throws UsageError as parse_json does.
nlohmann::json read_json(std::string const& file);

/// Prints data on stdout. Never throws: whether all of it could be written is found out once, at
/// the end of the program, when the work is done and saved.
void print_text(std::string_view text);
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments)
{
    print_text(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Prints a JSON document on stdout, as json_text has it.
void print_json(nlohmann::ordered_json const& document);

/// A note on stderr, "moerate: text", unless quiet. Control characters are shown escaped.
void note(bool quiet, std::string const& text);

/// Refuses an output that is, under whatever name, one of the files that a command reads, or a file
/// of a store: of any folder's by its name, of those in `inputs` also by a link. --force is about
/// files that nobody needs, not about these. Throws UsageError.
void spare_inputs(std::string const& file, std::vector<std::string> const& inputs);

/// Writes a file through a temporary one beside it, so that it is there whole or not at all. A link
/// stays: the file it leads to is written. An existing file is an error unless `force`. What is no
/// file (/dev/stdout, a pipe) is written to, never replaced. Throws UsageError (exists) or Error
/// (cannot be written).
void write_whole(std::string const& file, bool force, std::string const& content);

} // namespace moerate
