#pragma once

/// @file
/// Mixing measures as JSON (interfaces.md), and names of families as JSON objects.

#include "kernels/spec/model.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

/// A mixing measure: a model and its parameters.
struct Measure
{
    Model model;
    std::vector<double> theta; ///< [model.layout.size]
};

/// Reads a measure; only the keys that its families use are allowed. `where` names the place in
/// error texts, e.g. "cases.json: case 3 (\"a\"): fitted". Throws UsageError.
Measure measure_from_json(nlohmann::json const& json, std::string const& where);

/// The same of a file's text: errors name line and column. With `of_a_fit` it may also be what
/// `moerate fit` prints, with the measure under "measure".
Measure measure_from_text(std::string const& text, std::string const& file, bool of_a_fit = false);

/// The measure as JSON, keys in the order of interfaces.md.
nlohmann::ordered_json measure_to_json(Measure const& measure);

/// A vector shaped like theta (a gradient) as {"temperature","shared","groups","atoms"} (only
/// what the model has).
nlohmann::ordered_json parameters_to_json(Model const& model, std::vector<double> const& theta);

/// Gate and expert as JSON objects of names, only the keys in use, and back. Throw UsageError that
/// names the nearest known word.
nlohmann::ordered_json gate_to_json(GateSpec const& gate);
nlohmann::ordered_json expert_to_json(ExpertSpec const& expert);
GateSpec gate_from_json(nlohmann::json const& json, std::string const& where);
ExpertSpec expert_from_json(nlohmann::json const& json, std::string const& where);

} // namespace moerate
