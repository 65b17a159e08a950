#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

/// Runs the small study with settings of --set, and returns what it says.
process::Result run(Place const& place, std::string const& folder,
                    std::vector<std::string> const& settings)
{
    std::vector<std::string> words = {"run", place.study(), "-o", place.path(folder),
                                      "-q",  "--device",    "cpu"};
    for (std::string const& setting : settings)
        words.insert(words.end(), {"--set", setting});
    return place.call(words);
}

} // namespace

TEST_CASE("a loss beyond float64 leaves the errors in L2", "[cli]")
{
    // Masses are e^(b/T): at T = 0.001 some leave float64.
    Place const place;
    process::Result const cold =
        run(place, "cold",
            {"truth.temperature=0.001", "study.seed=1", "study.max_failed=1.0",
             "fit.softmax.experts=2", "fit.softmax.loss=\"softmax.L1\""});
    CHECK(cold.code == 0);
    CHECK_THAT(cold.out, Contains("the loss is not finite in all 12 fits") &&
                             Contains("the mass of true atom") && !Contains("unfinished"));
    json const rows = json::parse(place.call({"rates", place.path("cold"), "--json"}).out)["rows"];
    CHECK(rows[0]["mean"]["slope"].is_null());
    CHECK_THAT(rows[0]["mean"]["reason"].get<std::string>(), Contains("not finite in all 12 fits"));
    CHECK(rows[0]["regression"]["slope"].is_number());
}

TEST_CASE("a loss that comes after --no-params has its reason", "[cli]")
{
    Place const place;
    REQUIRE(place.call({"run", place.study(), "-o", place.results(), "-q", "--no-params"}).code ==
            0);
    process::Result const more =
        run(place, "results", {"fit.softmax.loss=[\"softmax.L1\",{name=\"softmax.L2r\",r=1}]"});
    CHECK(more.code == 0);
    CHECK_THAT(more.out, Contains("the loss was not measured in all 12 fits, whose parameters were "
                                  "not stored") &&
                             !Contains("unfinished"));
    json const rows = json::parse(place.call({"rates", place.results(), "--json"}).out)["rows"];
    CHECK(rows[1]["loss"] == "softmax.L2r");
    CHECK(rows[1]["regression"] == rows[0]["regression"]);
    CHECK(rows[1]["regression"]["slope"].is_number());
    CHECK_THAT(place.call({"rates", place.results(), "--blocks"}).out,
               Contains("Slopes by block") &&
                   Contains("gate.w over: the distance in over cells was "
                            "not measured in all 12 fits, whose"));
}

TEST_CASE("rates and exports have the blocks of a loss where they are asked for", "[cli]")
{
    Place const place;
    REQUIRE(place.call({"run", place.study(), "-o", place.results(), "-q"}).code == 0);
    auto const row = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"rates", place.results(), "--json"});
        return json::parse(place.call(more).out)["rows"][0];
    };
    CHECK_FALSE(row({}).contains("blocks"));
    json const blocks = row({"--blocks"})["blocks"];
    for (char const* name : {"gate.w", "gate.b", "expert", "expert.a", "expert.b", "mass"})
        CHECK(blocks[name]["over"]["slope"].is_number());
    CHECK_THAT(place.call({"export", place.results(), "--format", "csv", "--blocks"}).out,
               Contains(",over.gate.w,exact.gate.w,over.expert,"));
}

TEST_CASE("truths are added to a store, whose first is that of a study of one", "[cli]")
{
    Place const place;
    REQUIRE(run(place, "results", {}).code == 0);
    json const one = json::parse(place.call({"rates", place.results(), "--json"}).out)["rows"];
    process::Result const three = run(place, "results", {"study.truths=3"});
    REQUIRE(three.code == 0);
    CHECK_THAT(three.out, Contains("The slope of the mean loss within each truth"));
    json const rows = json::parse(place.call({"rates", place.results(), "--json"}).out)["rows"];
    REQUIRE(rows.size() == one.size());
    CHECK(rows[0]["label"] == "softmax");
    CHECK(rows[0]["truths"]["count"] == 3);
    // the fits of the first truth are those that were stored, to the last bit
    CHECK(rows[0]["truths"]["slopes"][0]["slope"] == one[0]["mean"]["slope"]);
    CHECK(rows[0]["truths"]["slopes"][0]["slope"] != rows[0]["truths"]["slopes"][1]["slope"]);
    CHECK_THAT(place.call({"status", place.results()}).out, Contains("softmax [truth 3]"));
    CHECK_THAT(place.call({"export", place.results(), "--format", "csv"}).out,
               Contains("softmax [truth 2]"));
    process::Result const given = run(place, "given", {"study.truths=0"});
    CHECK(given.code == 2);
    CHECK_THAT(given.err, Contains("study.truths"));
}

TEST_CASE("rates of several studies tell them apart", "[cli]")
{
    Place const place;
    REQUIRE(run(place, "a", {}).code == 0);
    REQUIRE(run(place, "b", {"study.id=\"other\"", "study.seed=8"}).code == 0);
    REQUIRE(run(place, "c", {"study.seed=9"}).code == 0);
    std::string const two = place.call({"rates", place.path("a"), place.path("b")}).out;
    CHECK_THAT(two, Contains("Rates of small, other: ") && Contains("\nother  "));
    // Studies of one name go by their folders.
    std::vector<std::string> words = {"rates", place.path("a"), place.path("c")};
    CHECK_THAT(place.call(words).out, Contains("Rates of small (" + place.path("a") + "), small (" +
                                               place.path("c") + "): "));
    words.push_back("--json");
    json const rows = json::parse(place.call(words).out)["rows"];
    REQUIRE(rows.size() == 4);
    CHECK(rows[0]["study"] != rows[2]["study"]);
}

TEST_CASE("status and rates count what is asked for and name the rest", "[cli]")
{
    Place const place;
    std::vector<std::string> settings = {
        "estimator.learning_rate=1e6", "truth.expert.activation=\"relu\"", "study.max_failed=1.0"};
    REQUIRE(run(place, "results", settings).code == 0);
    json const full = json::parse(place.call({"status", place.results(), "--json"}).out);
    json const rows = json::parse(place.call({"rates", place.results(), "--json"}).out)["rows"];
    int lost = 0;
    REQUIRE(full["cells"].size() == 6);
    for (json const& cell : full["cells"]) {
        json const& row = rows[cell["label"] == rows[0]["label"] ? 0 : 1];
        for (int i = 0; i < 3; ++i)
            if (row["n"][i] == cell["n"])
                CHECK(cell["no_descent"] == row["no_descent"][i]);
        lost += cell["no_descent"].get<int>();
    }
    CHECK(lost > 0);
    CHECK_FALSE(full.contains("not_shown"));
    CHECK_THAT(place.call({"status", place.results()}).out,
               Contains(std::to_string(lost) + " without descent") && !Contains("not shown"));

    settings.insert(settings.end(), {"study.replicates=3", "study.n=[64, 256]"});
    REQUIRE(run(place, "results", settings).code == 0);
    json const fewer = json::parse(place.call({"status", place.results(), "--json"}).out);
    for (json const& cell : fewer["cells"])
        CHECK(cell["done"] == 3);
    std::string const line = "stored and not shown (the study does not ask for it): n = 100 (8 "
                             "fits); replicates beyond 3 (4 fits)";
    CHECK(fewer["not_shown"] == line);
    std::string const status = place.call({"status", place.results()}).out;
    CHECK_THAT(status, Contains("12 of 12 fits done") && Contains("\n" + line + "\n"));
    CHECK_THAT(place.call({"rates", place.results()}).out,
               Contains("! small: stored and not shown"));
}

TEST_CASE("rates over a window, with levels and what computed them", "[cli]")
{
    Place const place;
    REQUIRE(run(place, "a", {}).code == 0);
    process::Result const all =
        place.call({"rates", place.path("a"), "--levels", "--windows", "--n", "100..256"});
    CHECK(all.code == 0);
    CHECK_THAT(all.out, Contains("100 .. 256") && Contains("Levels of ") &&
                            Contains("Slopes over the n from each on") &&
                            Contains("What computed these fits") && Contains("SIMD"));
    json const document = json::parse(
        place.call({"rates", place.path("a"), "--n", "..100", "--levels", "--json"}).out);
    CHECK(document["rows"][0]["n"] == json::array({64, 100}));
    CHECK(document["rows"][0]["levels"].size() == 2);
    CHECK(document["origins"][0]["seed"].is_number());
    for (char const* window : {"100", "1..x", "300..100", "5..6", "0.."}) {
        process::Result const bad = place.call({"rates", place.path("a"), "--n", window});
        CAPTURE(window);
        CHECK(bad.code == 2);
        CHECK_THAT(bad.err, Contains("--n "));
    }
}

TEST_CASE("curves are compared over drawn truths, or under one of them", "[cli]")
{
    Place const place;
    REQUIRE(run(place, "results", {"study.truths=3"}).code == 0);
    json const over = json::parse(place.call({"compare", place.results(), "--json"}).out);
    json const& error = over["comparisons"][0];
    CHECK(error["quantity"] == "regression error");
    CHECK(error["paired"] == true);
    CHECK(error["a"]["truths"] == 3);
    REQUIRE(error["truths"]["differences"].size() == 3);
    // The sides are the rows of the rates, and the difference is the mean of those within a truth.
    json const rows = json::parse(place.call({"rates", place.results(), "--json"}).out)["rows"];
    CHECK(error["a"]["slope"] == rows[0]["regression"]["slope"]);
    CHECK(error["a"]["lo"] == rows[0]["regression"]["lo"]);
    double mean = 0;
    for (json const& within : error["truths"]["differences"])
        mean += within["slope"].get<double>() / 3;
    CHECK(error["difference"]["slope"].get<double>() == Approx(mean).epsilon(1e-12));
    process::Result const table = place.call({"compare", place.results()});
    CHECK_THAT(table.out, Contains("The difference within each truth") && Contains("truth 3"));
    // One truth alone is that line's number of it.
    json const second = json::parse(place
                                        .call({"compare", place.results(), "--json", "--rows",
                                               "softmax [truth 2]", "sigmoid [truth 2]"})
                                        .out)["comparisons"][0];
    CHECK(second["a"]["label"] == "softmax [truth 2]");
    CHECK(second["paired"] == true);
    CHECK(second["truths"].is_null());
    CHECK(second["difference"]["slope"] == error["truths"]["differences"][1]["slope"]);
    process::Result const none = place.call({"compare", place.results(), "--rows", "other"});
    CHECK(none.code == 2);
    CHECK_THAT(none.err, Contains("small: softmax, small: sigmoid") && Contains("[truth 2]"));
}
