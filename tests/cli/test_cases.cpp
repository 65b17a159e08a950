#include "tests/cli/place.h"
#include "tests/places.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

using nlohmann::json;

namespace
{

/// Tolerances of the reference cases: |got - want| <= absolute + relative * |want|.
struct Tolerance
{
    double absolute, relative;
};

void check_near(json const& got, json const& want, Tolerance tolerance)
{
    REQUIRE(got.is_array() == want.is_array());
    REQUIRE(got.is_object() == want.is_object());
    if (want.is_number()) {
        double const w = want.get<double>();
        CHECK(std::abs(got.get<double>() - w) <=
              tolerance.absolute + tolerance.relative * std::abs(w));
        return;
    }
    REQUIRE(got.size() == want.size());
    if (want.is_array()) {
        for (std::size_t i = 0; i < want.size(); ++i)
            check_near(got[i], want[i], tolerance);
        return;
    }
    for (auto const& [key, value] : want.items()) {
        REQUIRE(got.contains(key));
        check_near(got[key], value, tolerance);
    }
}

double largest(json const& value)
{
    if (value.is_number())
        return std::abs(value.get<double>());
    double most = 0;
    for (json const& part : value)
        most = std::max(most, largest(part));
    return most;
}

std::string golden(std::string const& name)
{
    return std::string(MOE_SOURCE_DIR) + "/tests/golden/" + name;
}

/// Runs eval on reference cases and compares; tolerances for f, weights, mse and gradient.
void check_eval(std::string const& file, std::string const& precision, Tolerance f,
                Tolerance weights, Tolerance mse, double gradient)
{
    Place const place;
    json const cases = json::parse(process::read_file(golden(file)));
    process::Result const run = place.call({"eval", golden(file), "--precision", precision});
    REQUIRE(run.code == 0);
    json const results = json::parse(run.out);
    REQUIRE(results.size() == cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
        json const& want = cases[i]["expected"];
        json const& got = results[i];
        CAPTURE(got["name"].get<std::string>());
        CHECK(got["name"] == cases[i]["name"]);
        check_near(got["f"], want["f"], f);
        check_near(got["weights"], want["weights"], weights);
        REQUIRE(got.contains("mse") == want.contains("mse"));
        if (!want.contains("mse"))
            continue;
        check_near(got["mse"], want["mse"], mse);
        double const scale = std::max(1.0, largest(want["gradient"]));
        check_near(got["gradient"], want["gradient"], {gradient * scale, 0});
    }
}

} // namespace

// Tolerances: those agreed for the reference cases, a few times what plain arithmetic shows.
TEST_CASE("eval agrees with the reference cases in float64", "[cli]")
{
    for (char const* file : {"golden_slice_eval.json", "golden_eval.json"})
        check_eval(file, "float64", {1e-12, 1e-12}, {1e-13, 1e-11}, {1e-12, 1e-12}, 1e-11);
}

TEST_CASE("eval agrees with the reference cases in float32", "[cli]")
{
    for (char const* file : {"golden_slice_eval.json", "golden_eval.json"})
        check_eval(file, "float32", {2e-5, 2e-5}, {2e-5, 0}, {2e-5, 2e-5}, 5e-4);
}

TEST_CASE("loss agrees with the reference cases", "[cli]")
{
    Place const place;
    std::string const file =
        GENERATE("golden_slice_loss.json", "golden_loss.json", "golden_gauge_loss.json");
    json const cases = json::parse(process::read_file(golden(file)));
    process::Result const run = place.call({"loss", golden(file)});
    REQUIRE(run.code == 0);
    json const results = json::parse(run.out);
    REQUIRE(results.size() == cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
        json const& want = cases[i]["expected"];
        CAPTURE(cases[i]["name"].get<std::string>());
        for (char const* part : {"loss", "mass", "over", "exact"})
            check_near(results[i][part], want[part], {1e-12, 1e-9});
        CHECK(results[i]["cells"] == want["cells"]);
    }
}

TEST_CASE("a case on paper: two atoms of equal weight", "[cli]")
{
    Place const place;
    // At x = 1 both scores are 0.5, so f = (3 + 1) / 2 = 2 and mse = (2 - 1)^2.
    process::write_file(place.path("cases.json"), R"([{"name": "paper", "measure": {"d": 1,
        "gate": {"score": "linear", "normalizer": "softmax", "temperature": "fixed"},
        "expert": {"form": "ridge", "activation": "relu"},
        "atoms": [{"gate": {"w": [0.5], "b": 0}, "expert": {"a": [2], "b": 1}},
                  {"gate": {"w": [0], "b": 0.5}, "expert": {"a": [1], "b": 0}}]},
        "x": [[1]], "y": [1]}])");
    json const result = json::parse(place.call({"eval", place.path("cases.json")}).out)[0];
    CHECK(result["f"][0] == Approx(2.0));
    CHECK(result["weights"][0][0] == Approx(0.5));
    CHECK(result["mse"] == Approx(1.0));
    // d mse / d a_1 = 2 (f - y) g_1 x = 1; d mse / d b_1 (gate) = 2 (f - y) g_1 (h_1 - f) = 1.
    CHECK(result["gradient"]["atoms"][0]["expert"]["a"][0] == Approx(1.0));
    CHECK(result["gradient"]["atoms"][0]["gate"]["b"] == Approx(1.0));
}

TEST_CASE("bad cases name the case and the reason", "[cli]")
{
    Place const place;
    std::string const measure = R"({"d": 1, "gate": {"score": "linear", "normalizer": "softmax"},
        "expert": {"form": "ridge", "activation": "relu"},
        "atoms": [{"gate": {"w": [0.5], "b": 0}, "expert": {"a": [2], "b": 1}}]})";
    struct
    {
        char const* command;
        std::string text, message;
    } const bad[] = {
        {"eval", "", "is empty"},
        {"eval", "[{]", "is not JSON"},
        {"eval", "{}", "put [ ] around the case"},
        {"eval", "[3]", "case 1 is"},
        {"eval", "[{\"name\": \"a\", \"x\": [[1]]}]", "case 1 (\"a\")"},
        {"eval", "[{\"measure\": " + measure + ", \"x\": [[1, 2]]}]", "x[0] has 2 numbers"},
        {"eval", "[{\"measure\": " + measure + ", \"x\": [[\"1\"]]}]", "x[0]"},
        {"eval", "[{\"measure\": " + measure + ", \"x\": [[1]], \"y\": [1, 2]}]", "y has 2"},
        {"eval", "[{\"measure\": " + measure + ", \"x\": [[1]], \"z\": 1}]", "z"},
        {"loss", "[{\"fitted\": " + measure + "}]", "case 1"},
        {"loss",
         "[{\"fitted\": " + measure + ", \"true\": " + measure + ", \"loss\": \"softmax.L9\"}]",
         "softmax.L1"},
        {"loss",
         "[{\"fitted\": " + measure + ", \"true\": " + measure +
             ", \"loss\": \"softmax.L2r\", \"r\": -1}]",
         "above 0"},
        {"loss",
         "[{\"fitted\": " + measure + ", \"true\": " + measure +
             ", \"loss\": \"softmax.L1\", \"r\": 3}]",
         "no exponent"},
        // As experiments refuse it.
        {"loss",
         "[{\"fitted\": " + measure + ", \"true\": " + measure + ", \"loss\": \"sigmoid.D3\"}]",
         "case 1: loss names sigmoid.D3 (its mixing weights or parameters are not those of the "
         "fitted softmax gate of linear score) choose from: softmax.L1"}};
    for (auto const& [command, text, message] : bad) {
        process::write_file(place.path("bad.json"), text);
        process::Result const result = place.call({command, place.path("bad.json")});
        CAPTURE(text, result.err);
        CHECK(result.code == 2);
        CHECK(result.out.empty());
        CHECK(result.err.find("moerate: error: ") == 0);
        CHECK(result.err.find(message) != std::string::npos);
    }
    CHECK(place.call({"eval", place.path()}).code == 2);
    CHECK(place.call({"eval", place.path("missing.json")}).code == 2);
    process::write_file(place.path("none.json"), "[]");
    CHECK(json::parse(place.call({"eval", place.path("none.json")}).out) == json::array());
}
