#include "host/measure/measure_json.h"
#include "host/measure/reader.h"
#include "kernels/model/layout.h"
#include "tests/study/sample.h"

#include <limits>

using namespace moerate;
using Catch::Contains;
using nlohmann::json;

namespace
{

json golden(std::string const& name)
{
    std::ifstream stream(std::string(MOE_SOURCE_DIR) + "/tests/golden/" + name);
    REQUIRE(stream);
    return json::parse(stream);
}

json small()
{
    return json::parse(R"({"d": 2,
        "gate": {"score": "linear", "normalizer": "sigmoid", "temperature": "fixed"},
        "expert": {"form": "ridge", "activation": "relu"},
        "atoms": [{"gate": {"w": [1, 2], "b": 3}, "expert": {"a": [4, 5], "b": 6}},
                  {"gate": {"w": [-1, -2], "b": -3}, "expert": {"a": [-4, -5], "b": -6}}]})");
}

/// The error after setting (or with a null: erasing) one value of the small measure.
std::string error(std::string const& pointer, json const& value)
{
    json measure = small();
    json::json_pointer const at(pointer);
    if (value.is_null())
        measure.at(at.parent_pointer()).erase(at.back());
    else
        measure[at] = value;
    return sample::error_of([&] { measure_from_json(measure, "cases.json: case 3"); });
}

} // namespace

TEST_CASE("a measure fills the flat vector block by block")
{
    Measure const measure = measure_from_json(small(), "m");
    CHECK(measure.model.k == 2);
    CHECK(measure.model.d == 2);
    CHECK(measure.model.temperature == 1.0);
    CHECK(measure.theta == std::vector<double>{1, 2, -1, -2, 3, -3, 4, 5, -4, -5, 6, -6});
}

TEST_CASE("golden measures survive the way in and out")
{
    int measures = 0;
    auto const check = [&](json const& written) {
        Measure const measure = measure_from_json(written, "golden");
        CHECK(json(measure_to_json(measure)) == written);
        ++measures;
    };
    for (json const& item : golden("golden_slice_eval.json")) {
        check(item.at("measure"));
        Measure const measure = measure_from_json(item.at("measure"), "golden");
        // the gradient has the measure's shape: atoms only, for a fixed temperature
        json const gradient = parameters_to_json(measure.model, measure.theta);
        REQUIRE(gradient.size() == 1);
        CHECK(gradient.at("atoms") == item.at("measure").at("atoms"));
        CHECK(gradient.at("atoms")[0]["gate"].size() ==
              item.at("expected").at("gradient").at("atoms")[0]["gate"].size());
    }
    for (json const& item : golden("golden_slice_loss.json")) {
        check(item.at("fitted"));
        check(item.at("true"));
    }
    CHECK(measures == 24 + 2 * 45);
}

TEST_CASE("temperature is the model's where fixed and a parameter where learned")
{
    json fixed = small();
    fixed["temperature"] = 2.5;
    Measure const a = measure_from_json(fixed, "m");
    CHECK(a.model.temperature == 2.5);
    CHECK(json(measure_to_json(a)) == fixed);
    CHECK_FALSE(parameters_to_json(a.model, a.theta).contains("temperature"));

    json learned = fixed;
    learned["gate"]["temperature"] = "learned";
    Measure const b = measure_from_json(learned, "m");
    CHECK(b.theta.size() == a.theta.size() + 1);
    CHECK(b.theta[6] == 2.5); // after the score's blocks w and b
    CHECK(json(measure_to_json(b)) == learned);
    CHECK(parameters_to_json(b.model, b.theta).at("temperature") == 2.5);
    for (json const& bad :
         {json(0), json(-1), json("1"), json(std::numeric_limits<double>::infinity())})
        CHECK_THAT(error("/temperature", bad), Contains("temperature"));
}

TEST_CASE("matrices and shared parameters are read by the layout alone")
{
    // No member of the lists has such parameters yet; the blocks stand in for a later score's.
    Measure measure = measure_from_json(small(), "m");
    Layout& layout = measure.model.layout;
    append(layout, 'g', {"A", Role::location, Extent::d_d}, 2, 4);
    append(layout, 'g', {"q", Role::shared, Extent::d}, 1, 2);
    for (int i = 0; i < 10; ++i)
        measure.theta.push_back(10 + i);
    json const written = measure_to_json(measure);
    CHECK(written["atoms"][0]["gate"]["A"] == json::parse("[[10, 11], [12, 13]]"));
    CHECK(written["atoms"][1]["gate"]["A"] == json::parse("[[14, 15], [16, 17]]"));
    CHECK(written["shared"] == json::parse(R"({"q": [18, 19]})"));
}

TEST_CASE("errors of a measure name the path")
{
    CHECK_THAT(error("/atoms/1/gate/w", json::parse("[1]")),
               Contains("cases.json: case 3: atoms[1].gate.w has length 1 (2 is needed)"));
    CHECK_THAT(error("/atoms/1/gate/w", 3), Contains("atoms[1].gate.w is a number"));
    CHECK_THAT(error("/atoms/0/expert/a/1", "x"), Contains("atoms[0].expert.a[1] = \"x\""));
    CHECK_THAT(error("/atoms/0/gate/b", json::parse("[1]")), Contains("atoms[0].gate.b = [1]"));
    CHECK_THAT(error("/atoms/0/gate/b", std::numeric_limits<double>::quiet_NaN()),
               Contains("atoms[0].gate.b = nan"));
    CHECK_THAT(error("/atoms/0/gate/b", -std::numeric_limits<double>::infinity()),
               Contains("atoms[0].gate.b = -inf"));
    CHECK_THAT(error("/atoms/0/gate/b", json()), Contains("atoms[0].gate.b is missing"));
    CHECK_THAT(error("/atoms/0/gate/A", 1), Contains("unknown key \"A\" in [atoms[0].gate]"));
    CHECK_THAT(error("/atoms/0/group", 0), Contains("unknown key \"group\" in [atoms[0]]"));
    CHECK_THAT(error("/atoms", json::array()), Contains("atoms is not a list of 1 to"));
    CHECK_THAT(error("/atoms/1", 7), Contains("atoms[1] is a number"));
    CHECK_THAT(error("/shared", json::object()), Contains("unknown key \"shared\""));
    CHECK_THAT(error("/tempreature", 1), Contains("nearest: \"temperature\""));
    CHECK_THAT(error("/d", 0), Contains("d = 0"));
    CHECK_THAT(error("/d", 2.0), Contains("whole number"));
    CHECK_THAT(error("/d", 1000000), Contains("d = 1000000"));
    CHECK_THAT(error("/gate/score", "cosine"),
               Contains("gate.score = \"cosine\" is not a known") && Contains("known: linear"));
    CHECK_THAT(error("/gate/normalizer", "softmx"), Contains("nearest: \"softmax\""));
    CHECK_THAT(error("/gate/tau1", 0.1), Contains("unknown key \"tau1\" in [gate]"));
    CHECK_THAT(error("/expert/power", 2), Contains("unknown key \"power\" in [expert]"));
    CHECK_THAT(sample::error_of([] { measure_from_json(json::array(), "m"); }),
               Contains("m: the document is a list"));
}

TEST_CASE("the nearest word is the one with the fewest changed letters")
{
    std::vector<std::string> const known{"softmax", "sigmoid", "topk"};
    CHECK(nearest("softmx", known) == "softmax");
    CHECK(nearest("Sigmoid", known) == "sigmoid");
    CHECK(nearest("sigmiod", known) == "sigmoid");
    CHECK(nearest("hierarchical", known).empty());
    CHECK(nearest("x", {"d"}).empty()); // nothing in common
    CHECK(nearest("", known).empty());
}
