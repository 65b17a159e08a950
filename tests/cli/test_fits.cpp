#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sstream>

using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

/// The place with the small study's results.
struct Done : Place
{
    Done() { REQUIRE(call({"run", study(), "-o", results(), "--device", "cpu", "-q"}).code == 0); }
    json of(std::vector<std::string> const& words) const
    {
        process::Result const result = call(words);
        INFO(result.err);
        REQUIRE(result.code == 0);
        return json::parse(result.out);
    }
};

} // namespace

TEST_CASE("show prints a fit beside the truth, and what there is to show", "[cli]")
{
    Done const place;
    process::Result const overview = place.call({"show", place.results()});
    CHECK(overview.code == 0);
    CHECK_THAT(overview.out,
               Contains("softmax.L1") && Contains("worst") && Contains("--cell softmax"));
    process::Result const worst = place.call({"show", place.results(), "--worst", "softmax.L1"});
    CHECK(worst.code == 0);
    CHECK_THAT(worst.out, Contains("softmax.L1 by atom") && Contains("true 1") &&
                              Contains("fitted 1") && Contains("gate.w.0") &&
                              Contains("expert.b") && Contains("training MSE"));
    // Of all fits at the largest n the one that the export has the largest loss of.
    json const fits = place.of({"export", place.results(), "--format", "json"})["fits"];
    int n = 0, replicate = -1;
    double largest = -1;
    for (json const& fit : fits)
        n = std::max(n, fit["n"].get<int>());
    for (json const& fit : fits)
        for (json const& loss : fit["losses"])
            if (fit["n"] == n && loss["loss"] == "softmax.L1" && loss["at"] == "fit" &&
                loss["value"] > largest) {
                largest = loss["value"];
                replicate = fit["replicate"];
            }
    json const shown = place.of({"show", place.results(), "--worst", "softmax.L1", "--json"});
    CHECK(shown[0]["expected"]["replicate"] == replicate);
    CHECK(shown[0]["expected"]["value"] == largest);
    json const listed = place.of({"show", place.results(), "--json"});
    CHECK(listed["n"] == n);
    CHECK(listed["fits"].size() == 2);
    CHECK(listed["fits"][0]["label"] == "softmax");
    CHECK(listed["fits"][0]["loss"] == "softmax.L1");
    CHECK(listed["fits"][0]["worst"]["value"] == largest);
    CHECK(listed["fits"][0]["worst"]["replicate"] == replicate);
    CHECK(listed["fits"][0]["least"]["value"] <= listed["fits"][0]["median"]["value"]);
    for (auto const& [words, reason] :
         std::vector<std::pair<std::vector<std::string>, char const*>>{
             {{"--worst", "softmax.L9"}, "the study has sigmoid.D3, softmax.L1"},
             {{"--worst", "softmax.L1", "--n", "3"}, "has no n = 3"},
             {{"--cell", "softmax", "many", "0"}, "\"many\" is no n"},
             {{"--cell", "softmax", "17", "0"}, "has no n = 17"},
             {{"--json", "--data"}, "that of one fit"}})
    {
        std::vector<std::string> all{"show", place.results()};
        all.insert(all.end(), words.begin(), words.end());
        process::Result const result = place.call(all);
        CHECK(result.code == 2);
        CHECK_THAT(result.err, Contains(reason));
    }
}

TEST_CASE("what show writes is what eval and loss take, and they find the stored numbers", "[cli]")
{
    Done const place;
    json const fits = place.of({"export", place.results(), "--format", "json"})["fits"];
    std::string const n = std::to_string(fits[0]["n"].get<int>()), file = place.path("fit.json");
    for (char const* label : {"softmax", "sigmoid"}) {
        process::Result const shown =
            place.call({"show", place.results(), "--cell", label, n, "1", "--json", "--data"});
        REQUIRE(shown.code == 0);
        process::write_file(file, shown.out);
        json const cases = json::parse(shown.out);
        json const evaluated = place.of({"eval", file});
        CHECK(evaluated[0]["f"].size() == fits[0]["n"]);
        // float32 parameters and data, evaluated in float64: the fit's own sums were float32's.
        CHECK(evaluated[0]["mse"].get<double>() ==
              Approx(cases[0]["expected"]["mse"].get<double>()).epsilon(1e-4));
        if (std::string(label) == "sigmoid")
            continue; // against a softmax truth, whose bias has another meaning
        json const losses = place.of({"loss", file});
        CHECK(losses[0]["loss"] == cases[0]["expected"]["value"]);
        CHECK(losses[0]["mass"] == cases[0]["expected"]["mass"]);
    }
}

TEST_CASE("replay writes a fit's path and says that it is the same", "[cli]")
{
    Done const place;
    json const first = place.of({"export", place.results(), "--format", "json"})["fits"][0];
    std::string const n = std::to_string(first["n"].get<int>()), file = place.path("path.jsonl");
    process::Result const again =
        place.call({"replay", place.results(), "softmax", n, "0", "-o", file});
    INFO(again.err);
    REQUIRE(again.code == 0);
    CHECK_THAT(again.err, Contains("the same as stored, bit for bit; 3 epochs"));
    std::istringstream lines(process::read_file(file));
    std::vector<json> path;
    for (std::string line; std::getline(lines, line);)
        path.push_back(json::parse(line));
    REQUIRE(path.size() == 4);
    CHECK(path[0]["iteration"] == 0);
    CHECK(path[3]["unit"] == "epoch");
    CHECK(path[0]["mse"] == first["start_mse"]);
    CHECK(path[3]["mse"] == first["mse"]);
    CHECK(path[3]["to_end"] == 0.0);
    CHECK(path[3]["loss"]["softmax.L1"] == first["losses"][1]["value"]);
    CHECK(place.call({"replay", place.results(), "softmax", n, "0", "-o", file}).code ==
          2); // exists
}

TEST_CASE("diagnose names faults with their remedies", "[cli]")
{
    Done const place;
    process::Result const text = place.call({"diagnose", place.results()});
    CHECK(text.code == 0);
    CHECK_THAT(text.out, Contains("narrow_n") && Contains("-> "));
    json const found = place.of({"diagnose", place.results(), "--json"});
    REQUIRE(!found["findings"].empty());
    for (json const& finding : found["findings"]) {
        CHECK_FALSE(finding["remedy"].get<std::string>().empty());
        CHECK_FALSE(finding["instances"].empty());
    }
}

TEST_CASE("run says which stored fits leave the study, and --add-n keeps them", "[cli]")
{
    Done const place;
    std::vector<std::string> const other{"run",      place.study(), "-o",    place.results(),
                                         "--device", "cpu",         "--set", "study.n=[50]"};
    std::vector<std::string> both = other;
    both.emplace_back("--add-n");
    process::Result const added = place.call(both);
    CHECK(added.code == 0);
    CHECK_THAT(added.err, !Contains("leave the study"));
    json const status = place.of({"status", place.results(), "--json"});
    CHECK_FALSE(status.contains("not_shown"));
    process::Result const changed = place.call(other);
    CHECK(changed.code == 0);
    CHECK_THAT(changed.err,
               Contains("24 stored fits leave the study (kept): n = ") && Contains("--add-n"));
    CHECK_THAT(place.call(other).err, !Contains("leave the study")); // they have left before
}
