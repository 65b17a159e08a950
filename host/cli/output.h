#pragma once

/// @file
/// Reading input and writing output of commands.

#include <nlohmann/json.hpp>

#include <string>

namespace moerate
{

/// The JSON document in a file, or on stdin for "-". Throws UsageError that names the file and the
/// place of a syntax error.
nlohmann::json read_json(std::string const& file);

/// Prints a JSON document on stdout, indented; numbers that are not finite become null.
void print_json(nlohmann::ordered_json const& document);

/// A note on stderr, "moerate: text", unless quiet.
void note(bool quiet, std::string const& text);

/// Writes a file through a temporary one beside it, so that it is there whole or not at all. An
/// existing file is an error unless `force`. Throws UsageError (exists) or Error (cannot be
/// written).
void write_whole(std::string const& file, bool force, std::string const& content);

} // namespace moerate
