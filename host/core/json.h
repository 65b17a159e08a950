#pragma once

/// @file
/// JSON text, in and out: all that users give and all that they get goes through here.

#include <nlohmann/json.hpp>

#include <string>

namespace moerate
{

/// Deepest nesting of a document. Ours need ten; what goes through them may call itself once a
/// level.
constexpr int deepest_nesting = 64;

/// What is said of a number that is not 0 as it is written, but would be in float64.
constexpr char const* becomes_zero =
    "the value is too small (it would become 0 in float64, whose numbers begin at 1e-308) raise it "
    "or write 0";

/// Parses what a user gave; `name` stands for it in messages. Throws UsageError that names line and
/// column of a syntax error, of a key that its object already has, of a number that becomes_zero,
/// and of deeper nesting than deepest_nesting.
nlohmann::json parse_json(std::string const& text, std::string const& name);

/// The text of a document of the program's own, as it is stored, hashed and compared: on one line,
/// without spaces. Throws nlohmann::json::type_error where text is no UTF-8.
std::string compact_json(nlohmann::json const& document);
std::string compact_json(nlohmann::ordered_json const& document);

/// Reads what compact_json wrote. Throws nlohmann::json::parse_error.
nlohmann::json read_compact(std::string const& text);

/// The same; what is no JSON becomes a value that is_discarded().
nlohmann::json read_compact_if(std::string const& text);

/// A user's value on one line, for messages: bytes that are no UTF-8 become U+FFFD.
std::string shown_json(nlohmann::json const& value);

/// The document as text, indented by one space a level. Always valid: bytes that are no UTF-8
/// become U+FFFD, numbers that are not finite null.
std::string json_text(nlohmann::ordered_json const& document);

/// The same on one line, with its end.
std::string json_line(nlohmann::ordered_json const& document);

} // namespace moerate
