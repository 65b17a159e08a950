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

/// Parses what a user gave; `name` stands for it in messages. Throws UsageError that names line and
/// column of a syntax error, of a key that its object already has, and of deeper nesting than
/// deepest_nesting.
nlohmann::json parse_json(std::string const& text, std::string const& name);

/// The document as text, indented by one space a level. Always valid: bytes that are no UTF-8
/// become U+FFFD, numbers that are not finite null.
std::string json_text(nlohmann::ordered_json const& document);

} // namespace moerate
