#pragma once

/// @file
/// Measures in two dimensions for the tests of inclusions.

#include "host/device/device.h"
#include "host/measure/families.h"
#include "host/measure/measure_json.h"

#include <memory>
#include <string>
#include <vector>

namespace moerate::inclusion
{

using nlohmann::json;

/// A measure in two dimensions from the texts of its parts.
inline Measure measure(std::string const& gate, std::string const& expert, std::string const& atoms,
                       std::string const& more = "")
{
    return measure_from_json(json::parse(R"({"d": 2, "gate": {)" + gate + R"(}, "expert": {)" +
                                         expert + "}, " + more + R"("atoms": [)" + atoms + "]}"),
                             "m");
}

inline std::string gate(std::string const& score, std::string const& normalizer = "softmax")
{
    return R"("score": ")" + score + R"(", "normalizer": ")" + normalizer + "\"";
}

inline std::string expert(std::string const& form, std::string const& activation = "")
{
    return R"("form": ")" + form + "\"" +
           (activation.empty() ? "" : R"(, "activation": ")" + activation + "\"");
}

inline std::string atom(std::string const& gate_values, std::string const& expert_values)
{
    return R"({"gate": {)" + gate_values + R"(}, "expert": {)" + expert_values + "}}";
}

/// Predictions at a few points of the cube, on its border too.
inline std::vector<double> predictions(Measure const& of)
{
    std::vector<double> const x{0, 0, 0.5, -0.25, 1, 1, -1, 0.75, 0.1, -1};
    std::unique_ptr<Device> const device = make_cpu_device(1);
    int const n = static_cast<int>(x.size()) / 2;
    DeviceArray<double> const points(*device, x), theta(*device, of.theta), f(*device, n);
    EvaluateTask<double> task{of.model, theta.data(), n,       points.data(), nullptr,
                              f.data(), nullptr,      nullptr, nullptr};
    device->run(std::vector<EvaluateTask<double>>{task});
    return f.download();
}

inline std::string const relu = expert("ridge", "relu");
inline std::string const e1 = R"("a": [1, -2], "b": 0.5)", e2 = R"("a": [-1, 0.5], "b": 0.25)";
inline std::string const e0 = R"("a": [0, 0], "b": 0)";
inline std::string const w1 = R"("w": [0.5, -1], "b": 0.25)", w2 = R"("w": [-0.25, 2], "b": -0.5)";
inline std::string const two = atom(w1, e1) + ", " + atom(w2, e2);
inline std::string const zero_form = R"("A": [[0, 0], [0, 0]], )";

inline Model model(std::string const& gate_text, std::string const& expert_text,
                   std::string const& atoms, std::string const& more = "")
{
    return measure(gate_text, expert_text, atoms, more).model;
}

} // namespace moerate::inclusion
