#pragma once

/// @file
/// The manual's page of the experiment file, made from what its readers declare (host/study/keys.h)
/// and from the families' own lists.

#include <nlohmann/json.hpp>

#include <string>

namespace moerate
{

/// For a terminal; for docs/experiment-file.md; for programs: {"tables": [{"name", "about", "keys":
/// [{"key", "takes", "default", "unit", "meaning", "example", "used_by"}]}]}.
std::string keys_text();
std::string keys_markdown();
nlohmann::ordered_json keys_json();

/// An example of every family's parameters in the JSON of a mixing measure: its name and the
/// measure of two atoms in two dimensions.
std::vector<std::pair<std::string, nlohmann::ordered_json>> measure_examples();

} // namespace moerate
