// Replicates for a wanted half-width, as a user asks for them.

#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

char const* const small_regression = "study.regression_samples=50";

/// `run` of the small study, at 10 replicates so that its spread is known, with further words.
process::Result run(Place const& place, std::vector<std::string> const& more)
{
    std::vector<std::string> words = {"run",   place.study(),         "-o",    place.results(),
                                      "--set", "study.replicates=10", "--set", small_regression};
    words.insert(words.end(), more.begin(), more.end());
    return place.call(words);
}

json rows_of(Place const& place)
{
    return json::parse(place.call({"rates", place.results(), "--json"}).out)["rows"];
}

/// Half the length of the interval of the mean loss, of the row where it is widest.
double widest(json const& rows)
{
    double half = 0;
    for (json const& row : rows)
        half =
            std::max(half, (row["mean"]["hi"].get<double>() - row["mean"]["lo"].get<double>()) / 2);
    return half;
}

} // namespace

TEST_CASE("plan says what a half-width needs, and a run until then has it", "[cli]")
{
    Place const place;
    REQUIRE(run(place, {"-q"}).code == 0);
    double const now = widest(rows_of(place));
    std::string const wanted = std::to_string(now / 2);
    std::vector<std::string> words = {"plan",  place.study(),    "-o",           place.results(),
                                      "--set", small_regression, "--half-width", wanted};
    process::Result const table = place.call(words);
    words.push_back("--json");
    process::Result const plan = place.call(words);
    REQUIRE(plan.code == 0);
    json const precision = json::parse(plan.out)["precision"];
    REQUIRE(precision["rows"].size() == 2);
    auto const needed = precision["replicates"].get<long long>();
    CHECK(needed > 20); // half the width takes four times the replicates, give or take
    CHECK(needed < 100);
    CHECK(precision["seconds"].get<double>() > 0);
    CHECK_THAT(table.out, Contains("--set study.replicates=" + std::to_string(needed)));

    process::Result const done =
        run(place, {"--until-half-width", wanted, "--max-replicates", "400"});
    REQUIRE(done.code == 0);
    CHECK_THAT(done.err, Contains("every slope has"));
    json const rows = rows_of(place);
    CHECK(widest(rows) <= now / 2);
    CHECK(rows[0]["replicates"].get<int>() > 10);
    // What is there already has it: nothing is fitted.
    process::Result const again =
        run(place, {"--until-half-width", wanted, "--max-replicates", "400", "--set",
                    "study.replicates=" + std::to_string(rows[0]["replicates"].get<int>())});
    CHECK(again.code == 0);
    CHECK_THAT(again.err, Contains("0 fits done") && Contains("every slope has"));
    CHECK_THAT(again.err, !Contains("leave the study"));
    // From fewer replicates than are there: those are taken back, not made anew.
    process::Result const back = run(place, {"--until-half-width", wanted});
    CHECK_THAT(back.err, Contains("--until-half-width takes replicates back as it needs them"));
    CHECK(widest(rows_of(place)) <= now / 2);
}

TEST_CASE("a run until a half-width ends at the most replicates, and says so", "[cli]")
{
    Place const place;
    process::Result const done =
        run(place, {"--until-half-width", "1e-4", "--max-replicates", "12"});
    CHECK(done.code == 0);
    CHECK_THAT(done.err, Contains("12 replicates, widest half-width") &&
                             Contains("not 0.0001 (12 replicates are the most"));
    json const rows = rows_of(place);
    CHECK(rows[0]["replicates"] == 12);
    CHECK(rows[1]["replicates"] == 12);
}

TEST_CASE("added n stay in each round of a run until a half-width", "[cli]")
{
    Place const place;
    REQUIRE(run(place, {"-q"}).code == 0);
    process::Result const done =
        run(place, {"--add-n", "--set", "study.n=[128]", "--until-half-width", "1e-4",
                    "--max-replicates", "15"});
    CHECK(done.code == 0);
    CHECK_THAT(done.err, !Contains("leave the study"));
    json const rows = rows_of(place);
    CHECK(rows[0]["n"] == json({64, 100, 128, 256}));
    CHECK(rows[0]["replicates"] == 15); // least over n: every n has them all
}

TEST_CASE("a half-width that cannot be asked for is refused", "[cli]")
{
    Place const place;
    process::Result const shard = run(place, {"--until-half-width", "0.1", "--shard", "1/2"});
    CHECK(shard.code == 2);
    CHECK_THAT(shard.err, Contains("--until-half-width") && Contains("--shard"));
    CHECK(run(place, {"--until-half-width", "0"}).code == 2);
    process::Result const nothing =
        place.call({"plan", place.study(), "-o", place.path("none"), "--half-width", "0.1"});
    CHECK(nothing.code != 0);
    CHECK_THAT(nothing.err, Contains("--half-width"));
}

TEST_CASE("a run until a half-width goes on from a single replicate", "[cli]")
{
    Place const place;
    process::Result const done = run(place, {"--set", "study.replicates=1", "--until-half-width",
                                             "10", "--max-replicates", "8"});
    CHECK(done.code == 0);
    CHECK_THAT(done.err, Contains("1 replicate, no slope has a half-width: on to 2 replicates") &&
                             Contains("2 replicates, widest half-width") &&
                             Contains("every slope has 10;"));
    CHECK(rows_of(place)[0]["replicates"] == 2);
    Place const one; // no slope, and so none that replicates bring
    process::Result const flat =
        run(one, {"--set", "study.n=[100]", "--until-half-width", "5", "--max-replicates", "80"});
    CHECK(flat.code == 0);
    CHECK_THAT(flat.err,
               Contains("10 replicates, no slope has a half-width: not 5 (more replicates "
                        "do not help)") &&
                   !Contains("()"));
}

TEST_CASE("slopes without a half-width are not among those that have it", "[cli]")
{
    Place const place;
    process::Result const done =
        run(place, {"--set", "fit.softmax.start.kind=\"truth\"", "--set", "fit.softmax.experts=2",
                    "--set", "fit.softmax.estimator.precision=\"float64\"", "--set",
                    "fit.softmax.estimator.learning_rate=1e-300", "--set", "data.noise_variance=0",
                    "--until-half-width", "10"}); // the fit stays at the truth: losses of 0
    CHECK(done.code == 0);
    CHECK_THAT(done.err, Contains("no half-width (") &&
                             Contains("1 of 2 slopes have 10, the others have no half-width"));
}

TEST_CASE("added n are those of stored fits, too, that have left the study", "[cli]")
{
    Place const place;
    REQUIRE(run(place, {"-q"}).code == 0);
    REQUIRE(run(place, {"-q", "--set", "study.n=[128, 512]"}).code == 0);
    CHECK_THAT(place.call({"status", place.results()}).out, Contains("not shown"));
    process::Result const back = run(place, {"--set", "study.n=[128, 300]", "--add-n"});
    CHECK(back.code == 0);
    CHECK_THAT(back.err, Contains("20 fits done") && Contains("100 reused"));
    CHECK(rows_of(place)[0]["n"] == json({64, 100, 128, 256, 300, 512}));
    CHECK_THAT(place.call({"status", place.results()}).out, !Contains("not shown"));
    // Fits of a curve that the study does not have stay out of it.
    REQUIRE(run(place, {"-q", "--set", "study.n=[700]", "--set", "fit.softmax.label=\"other\"",
                        "--set", "fit.other.experts=4", "--set", "fit.sigmoid.label=\"third\"",
                        "--set", "fit.third.experts=4"})
                .code == 0);
    REQUIRE(run(place, {"-q", "--set", "study.n=[64, 100]"}).code == 0);
    REQUIRE(run(place, {"-q", "--set", "study.n=[64]", "--add-n"}).code == 0);
    CHECK(rows_of(place)[0]["n"] == json({64, 100, 128, 256, 300, 512}));
}
