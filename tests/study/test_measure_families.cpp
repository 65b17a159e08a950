#include "tests/study/measure_sample.h"

using namespace moerate;
using Catch::Contains;
using nlohmann::json;
using sample::error;
using sample::small;

namespace
{

/// Groups of 1 and 2 atoms, not in order.
json grouped_measure()
{
    return json::parse(R"({"d": 1,
        "gate": {"score": "linear", "normalizer": "hierarchical", "temperature": "fixed"},
        "expert": {"form": "ridge", "activation": "gelu"},
        "groups": [{"w": [0.1], "b": 0.2}, {"w": [0.3], "b": 0.4}],
        "atoms": [{"gate": {"w": [1], "b": 2, "group": 1}, "expert": {"a": [3], "b": 4}},
                  {"gate": {"w": [5], "b": 6, "group": 0}, "expert": {"a": [7], "b": 8}},
                  {"gate": {"w": [9], "b": 10, "group": 1}, "expert": {"a": [11], "b": 12}}]})");
}

std::string grouped_error(std::string const& pointer, json const& value)
{
    json measure = grouped_measure();
    json::json_pointer const at(pointer);
    if (value.is_null())
        measure.at(at.parent_pointer()).erase(at.back());
    else
        measure[at] = value;
    return sample::error_of([&] { measure_from_json(measure, "m"); });
}

} // namespace

TEST_CASE("a hierarchical measure has groups, and its atoms say of which they are")
{
    Measure const measure = measure_from_json(grouped_measure(), "m");
    CHECK(measure.model.groups == 2);
    CHECK(measure.model.group_of[0] == 1);
    CHECK(measure.model.group_of[1] == 0);
    CHECK(measure.model.group_of[2] == 1);
    CHECK(measure.theta ==
          std::vector<double>{1, 5, 9, 2, 6, 10, 0.1, 0.3, 0.2, 0.4, 3, 7, 11, 4, 8, 12});
    CHECK(json(measure_to_json(measure)) == grouped_measure());
    json const gradient = parameters_to_json(measure.model, measure.theta);
    CHECK(gradient.at("groups") == grouped_measure().at("groups"));
    CHECK_FALSE(gradient.at("atoms")[0].at("gate").contains("group")); // not trainable

    CHECK_THAT(grouped_error("/groups", json()), Contains("groups is missing"));
    CHECK_THAT(grouped_error("/groups", json::array()), Contains("groups is not a list"));
    CHECK_THAT(grouped_error("/groups/1/b", json()), Contains("groups[1].b is missing"));
    CHECK_THAT(grouped_error("/groups/1/bb", 1), Contains("unknown key \"bb\" in [groups[1]]"));
    CHECK_THAT(grouped_error("/atoms/2/gate/group", json()),
               Contains("atoms[2].gate.group is missing"));
    CHECK_THAT(grouped_error("/atoms/2/gate/group", 2),
               Contains("atoms[2].gate.group = 2 is out of range (it must be between 0 and 1)"));
    CHECK_THAT(grouped_error("/atoms/2/gate/group", -1), Contains("out of range"));
    CHECK_THAT(grouped_error("/atoms/2/gate/group", 0.5), Contains("whole number"));
    CHECK_THAT(grouped_error("/atoms/1/gate/group", 1), Contains("no atom in group 0"));
    CHECK_THAT(error("/atoms/0/gate/group", 0), Contains("unknown key \"group\""));
    CHECK_THAT(error("/groups", json::array()), Contains("unknown key \"groups\""));

    CHECK_THAT(grouped_error("/gate/score", "euclidean"),
               Contains("gate.score = \"euclidean\" does not go with the normalizer "
                        "\"hierarchical\""));
    CHECK_THAT(grouped_error("/gate/temperature", "learned"),
               Contains("gate.temperature = \"learned\" does not go with"));
    json many = grouped_measure();
    while (many["atoms"].size() <= std::size_t(Model::max_grouped))
        many["atoms"].push_back(many["atoms"][0]);
    CHECK_THAT(sample::error_of([&] { measure_from_json(many, "m"); }),
               Contains("has 129 atoms (a gate with groups has at most 128)"));
}

TEST_CASE("each family takes its own keys and no others")
{
    auto const gate = [](std::string const& text) {
        return sample::error_of([&] { gate_from_json(json::parse(text), "m"); });
    };
    auto const expert = [](std::string const& text) {
        return sample::error_of([&] { expert_from_json(json::parse(text), "m"); });
    };
    CHECK(gate(R"({"score": "cosine", "normalizer": "softmax"})").empty()); // tau1 = tau2 = 0
    CHECK_THAT(gate(R"({"score": "cosine", "normalizer": "softmax", "tau": 0.1})"),
               Contains("unknown key \"tau\"") && Contains("nearest: \"tau1\""));
    CHECK_THAT(gate(R"({"score": "cosine", "normalizer": "softmax", "tau1": -0.1})"),
               Contains("tau1 = -0.1 is out of range (it must be at least 0)"));
    CHECK_THAT(gate(R"({"score": "linear", "normalizer": "softmax", "tau1": 0.1})"),
               Contains("unknown key \"tau1\""));
    CHECK_THAT(gate(R"({"score": "ridge", "normalizer": "softmax"})"),
               Contains("activation is missing"));
    CHECK_THAT(gate(R"({"score": "ridge", "normalizer": "softmax", "activation": "tan"})"),
               Contains("nearest: \"tanh\""));
    CHECK_THAT(gate(R"({"score": "ridge", "normalizer": "softmax", "activation": "power"})"),
               Contains("power is missing"));
    CHECK_THAT(
        gate(R"({"score": "ridge", "normalizer": "softmax", "activation": "tanh", "power": 2})"),
        Contains("unknown key \"power\""));
    CHECK_THAT(gate(R"({"score": "attention", "normalizer": "softmax"})"),
               Contains("rank is missing"));
    CHECK_THAT(gate(R"({"score": "attention", "normalizer": "softmax", "rank": 0})"),
               Contains("rank = 0 is out of range"));
    CHECK_THAT(gate(R"({"score": "attention", "normalizer": "softmax", "ranks": 1})"),
               Contains("nearest: \"rank\""));
    CHECK_THAT(gate(R"({"score": "linear", "normalizer": "topk"})"), Contains("top is missing"));
    CHECK_THAT(gate(R"({"score": "linear", "normalizer": "topk", "top": 0})"),
               Contains("top = 0 is out of range"));
    CHECK_THAT(gate(R"({"score": "linear", "normalizer": "softmax", "top": 2})"),
               Contains("unknown key \"top\""));
    CHECK_THAT(gate(R"({"score": "quadratc", "normalizer": "softmax"})"),
               Contains("nearest: \"quadratic\""));
    CHECK_THAT(gate(R"({"score": "linear", "normalizer": "hierachical"})"),
               Contains("nearest: \"hierarchical\""));
    CHECK_THAT(gate(R"({"score": "linear", "normalizer": "softmax", "temperature": "learnt"})"),
               Contains("nearest: \"learned\""));
    CHECK_THAT(expert(R"({"form": "constant", "activation": "relu"})"),
               Contains("unknown key \"activation\""));
    CHECK_THAT(expert(R"({"form": "ffn"})"), Contains("activation is missing"));
    CHECK_THAT(expert(R"({"form": "ridge", "activation": "power", "power": 0})"),
               Contains("power = 0 is out of range"));
    CHECK_THAT(expert(R"({"form": "ridge", "activation": "power", "power": 1000000})"),
               Contains("between 1 and 100"));
    CHECK_THAT(expert(R"({"form": "ridge", "activation": "power", "power": 1.5})"),
               Contains("whole number"));

    json top = small();
    top["gate"] = json::parse(R"({"score": "linear", "normalizer": "topk", "top": 3})");
    CHECK_THAT(sample::error_of([&] { measure_from_json(top, "m"); }),
               Contains("has 2 atoms and gate.top = 3"));
    CHECK_THAT(error("/atoms/0/gate/K", 1), Contains("unknown key \"K\""));
    CHECK_THAT(error("/atoms/0/expert/lambda", 1), Contains("unknown key \"lambda\""));
}
