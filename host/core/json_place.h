#pragma once

/// @file
/// Where a value stands in a JSON text.

#include <nlohmann/json.hpp>

#include <string>

namespace moerate
{

/// "line:column", counted from 1 in bytes, of the value at `at`, or of its key where it has one; of
/// the nearest value around it where there is none. `text` is sound JSON.
std::string place_in_json(std::string const& text, nlohmann::json::json_pointer const& at);

} // namespace moerate
