// A study against the projection of the truth, from check to export.

#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

std::vector<std::string> command(Place const& place, std::vector<std::string> words,
                                 std::vector<std::string> const& settings)
{
    words.insert(words.begin() + 1, place.study());
    for (std::string const& setting : settings)
        words.insert(words.end(), {"--set", setting});
    return words;
}

} // namespace

TEST_CASE("a study against a projection goes all the way", "[cli]")
{
    Place const place;
    std::vector<std::string> const settings = {"data.noise_variance=9.0",
                                               "study.max_failed=1.0",
                                               "truth.experts=3",
                                               "fit.softmax.gate.normalizer=\"sigmoid\"",
                                               "fit.softmax.loss=\"sigmoid.D3\"",
                                               "fit.softmax.target=\"projection\"",
                                               "target={ samples = 4000, starts = 4 }"};
    process::Result const check = place.call(command(place, {"check"}, settings));
    CHECK(check.code == 0);
    CHECK_THAT(check.out, Contains("projection: searched for once, 4000 samples without noise, 4 "
                                   "starts; errors are of it"));
    CHECK(place.call(command(place, {"plan"}, settings)).code == 0);
    std::vector<std::string> const run =
        command(place, {"run", "-o", place.results(), "-q", "--device", "cpu"}, settings);
    process::Result const first = place.call(run);
    INFO(first.err);
    REQUIRE(first.code == 0);
    std::string const rates = place.call({"rates", place.results(), "--json"}).out;
    json const row = json::parse(rates)["rows"][0];
    CHECK(row["target"] == "projection");
    CHECK(row["mean"]["slope"].is_number());
    CHECK(row["admissible_share"].is_number());
    REQUIRE(place.call(run).code == 0); // resumed: nothing to do
    CHECK(place.call({"rates", place.results(), "--json"}).out == rates);
    CHECK_THAT(place.call({"export", place.results(), "--format", "csv"}).out,
               Contains("projection"));
    CHECK(place.call({"status", place.results()}).code == 0);

    // A loss is named with what it is against.
    for (char const* loss : {"sigmoid.D3", "sigmoid.D3 target=projection"})
        CHECK(place.call({"show", place.results(), "--worst", loss}).code == 0);
    CHECK_THAT(place.call({"show", place.results(), "--worst", "softmax.L1"}).err,
               Contains("(the study has sigmoid.D3, sigmoid.D3 target=projection)"));

    // Too few samples: what is wrong, where, and how many do. At the noise of 1e-6 a fit is far
    // more exact than a projection on 4000 samples.
    std::vector<std::string> few = settings;
    few.front() = "data.noise_variance=1e-6";
    process::Result const refused =
        place.call(command(place, {"run", "-o", place.path("few"), "-q", "--device", "cpu"}, few));
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Contains("target.samples = 4000 is too small") &&
                                Contains("write [target] samples = "));
}
