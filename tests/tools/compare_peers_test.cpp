#include "tests/places.h"
#include "tests/tools/tools.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using nlohmann::json;

namespace
{

process::Result compare(std::vector<std::string> words)
{
    words.insert(words.end(), {"--bin", MOE_BINARY_DIR, "--device", "cpu", "--threads", "2"});
    return tools::run(MOE_SOURCE_DIR "/tools/compare-peers", words);
}

} // namespace

TEST_CASE("compare-peers checks a step, times and compares", "[tools]")
{
    // n is no multiple of the batch: both end an epoch with a short step.
    process::Result const result =
        compare({"--peers", "numpy", "--n", "200", "--fits", "64", "--rounds", "1", "--epochs", "3",
                 "--d", "3", "--k", "3", "--true-atoms", "2", "--json"});
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    json const all = json::parse(result.out)[0];
    REQUIRE(all["rows"].size() == 2);
    CHECK(all["rows"][0]["name"] == "moerate");
    CHECK(all["rows"][1]["name"] == "numpy");
    CHECK(all["rows"][1]["agrees"] == true);
    CHECK(all["rows"][1]["ratio"].get<double>() > 0);
    for (json const& trial : all["tried"])
        CHECK(trial["step_error"].get<double>() < 1e-4);
    CHECK(all["absent"].empty());
}

TEST_CASE("compare-peers refuses an uneven share and unknown peers", "[tools]")
{
    process::Result const uneven = compare({"--peers", "numpy", "--fits", "3"});
    CHECK(uneven.code == 1);
    CHECK(uneven.err.find("--fits 3 cannot be shared evenly") != std::string::npos);
    process::Result const unknown = compare({"--peers", "fortran"});
    CHECK(unknown.code == 1);
    CHECK(unknown.err.find("known: jax, torch, numpy") != std::string::npos);
}
