#pragma once

#include "host/measure/measure_json.h"
#include "tests/study/sample.h"

namespace sample
{

using nlohmann::json;

/// A measure of two atoms, linear sigmoid.
inline json small()
{
    return json::parse(R"({"d": 2,
        "gate": {"score": "linear", "normalizer": "sigmoid", "temperature": "fixed"},
        "expert": {"form": "ridge", "activation": "relu"},
        "atoms": [{"gate": {"w": [1, 2], "b": 3}, "expert": {"a": [4, 5], "b": 6}},
                  {"gate": {"w": [-1, -2], "b": -3}, "expert": {"a": [-4, -5], "b": -6}}]})");
}

/// The error after setting (or with a null: erasing) one value of the small measure.
inline std::string error(std::string const& pointer, json const& value)
{
    json measure = small();
    json::json_pointer const at(pointer);
    if (value.is_null())
        measure.at(at.parent_pointer()).erase(at.back());
    else
        measure[at] = value;
    return error_of([&] { moerate::measure_from_json(measure, "cases.json: case 3"); });
}

} // namespace sample
