#include "host/core/words.h"
#include "host/measure/measure_json.h"
#include "host/measure/reader.h"
#include "tests/places.h"
#include "tests/study/measure_sample.h"

#include <limits>

using namespace moerate;
using Catch::Contains;
using nlohmann::json;
using sample::error;
using sample::small;

namespace
{

json golden(std::string const& name)
{
    std::ifstream stream(std::string(MOE_SOURCE_DIR) + "/tests/golden/" + name);
    REQUIRE(stream);
    return json::parse(stream);
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

namespace
{

/// The document with every number replaced by 0: its shape.
json shape(json const& document)
{
    if (document.is_number())
        return 0;
    json out = document;
    if (document.is_structured())
        for (json& part : out)
            part = shape(part);
    return out;
}

} // namespace

TEST_CASE("golden measures survive the way in and out")
{
    int measures = 0;
    auto const check = [&](json const& written) {
        Measure const measure = measure_from_json(written, "golden");
        CHECK(json(measure_to_json(measure)) == written);
        ++measures;
    };
    for (char const* file : {"golden_slice_eval.json", "golden_eval.json"})
        for (json const& item : golden(file)) {
            CAPTURE(item.at("name").get<std::string>());
            check(item.at("measure"));
            Measure const measure = measure_from_json(item.at("measure"), "golden");
            // a gradient has an entry for every trainable number, and for nothing else
            json const gradient = parameters_to_json(measure.model, measure.theta);
            CHECK(shape(gradient) == shape(item.at("expected").at("gradient")));
        }
    for (char const* file :
         {"golden_slice_loss.json", "golden_loss.json", "golden_gauge_loss.json"})
        for (json const& item : golden(file)) {
            CAPTURE(item.at("name").get<std::string>());
            check(item.at("fitted"));
            check(item.at("true"));
        }
    CHECK(measures == 24 + 40 + 2 * (45 + 30 + 16));
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

TEST_CASE("every parameter stands where its block begins")
{
    // d = 2, rank 1: K, kappa by atom, then the shared Q, q, then a, b, lambda of the experts.
    Measure const attention = measure_from_json(json::parse(R"({"d": 2,
        "gate": {"score": "attention", "normalizer": "softmax", "temperature": "fixed", "rank": 1},
        "expert": {"form": "ffn", "activation": "power", "power": 3},
        "shared": {"Q": [[7, 8]], "q": [9]},
        "atoms": [{"gate": {"K": [[1, 2]], "kappa": [3]},
                   "expert": {"a": [10, 11], "b": 12, "lambda": 13}},
                  {"gate": {"K": [[4, 5]], "kappa": [6]},
                   "expert": {"a": [14, 15], "b": 16, "lambda": 17}}]})"),
                                                "m");
    CHECK(attention.theta ==
          std::vector<double>{1, 2, 4, 5, 3, 6, 7, 8, 9, 10, 11, 14, 15, 12, 16, 13, 17});
    CHECK(attention.model.gate.rank == 1);
    CHECK(attention.model.expert.power == 3);

    Measure const quadratic = measure_from_json(json::parse(R"({"d": 2,
        "gate": {"score": "quadratic", "normalizer": "topk", "temperature": "learned", "top": 1},
        "expert": {"form": "constant"}, "temperature": 1.5,
        "atoms": [{"gate": {"A": [[1, 2], [3, 4]], "w": [5, 6], "b": 7}, "expert": {"b": 8}}]})"),
                                                "m");
    CHECK(quadratic.theta == std::vector<double>{1, 2, 3, 4, 5, 6, 7, 1.5, 8});
    CHECK(quadratic.model.gate.top == 1);
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
    CHECK_THAT(error("/gate/score", "cubic"),
               Contains("gate.score = \"cubic\" is not a known") && Contains("known: linear"));
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
