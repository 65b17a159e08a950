#include "tests/tools/tools.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using nlohmann::json;

namespace
{

process::Result coverage(std::vector<std::string> const& words)
{
    return tools::run(MOE_BINARY_DIR "/moerate-coverage", words);
}

} // namespace

TEST_CASE("coverage tells intervals that cover from those that do not", "[tools]")
{
    // 300 studies: standard deviation 1.3 % at 95 %. The mean of ten |t| values of 1.5 degrees is
    // where percentiles fail.
    std::vector<std::string> const words{"--case",   "|t_1.5|",    "--replicates", "10",
                                         "--method", "moerate",    "--studies",    "300",
                                         "--method", "percentile", "--json"};
    process::Result const result = coverage(words);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    json const rows = json::parse(result.out)["rows"];
    REQUIRE(rows.size() == 2);
    CHECK(rows[0]["method"] == "moerate");
    CHECK(rows[0]["mean"]["coverage"].get<double>() > 0.93);
    CHECK(rows[0]["geometric mean"]["coverage"].get<double>() < 0.98);
    CHECK(rows[1]["method"] == "percentile");
    CHECK(rows[1]["mean"]["coverage"].get<double>() < 0.92);
    // The two differ by a factor on the same draws of the same studies; a median's is below one.
    CHECK(rows[0]["mean"]["width"].get<double>() > rows[1]["mean"]["width"].get<double>());
    CHECK(rows[0]["median"]["width"].get<double>() < rows[1]["median"]["width"].get<double>());
    CHECK(coverage(words).out == result.out);
}

TEST_CASE("coverage knows its cases", "[tools]")
{
    process::Result const result = coverage({"--case", "cauchy"});
    CHECK(result.code == 2);
    CHECK(result.err.find("known: log-normal 0.25,") != std::string::npos);
}

TEST_CASE("coverage counts lines that are taken for none, and floors", "[tools]")
{
    // 100 studies: of lines 1 % are to be rejected; more than 6 of 100 has probability 1e-4.
    std::vector<std::string> const words{"--lines",   "--case",         "log-normal 0.25",
                                         "--case",    "floor from n = 800",
                                         "--studies", "100",            "--replicates",
                                         "20",        "--json"};
    process::Result const result = coverage(words);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    json const rows = json::parse(result.out)["rows"];
    REQUIRE(rows.size() == 2);
    CHECK(rows[0]["not_one_line"].get<double>() <= 0.06);
    CHECK(rows[0]["floor"].get<double>() == 0);
    CHECK(rows[1]["not_one_line"].get<double>() > 0.5);
    CHECK(rows[1]["floor"].get<double>() > 0.2);
}
