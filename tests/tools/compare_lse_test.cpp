#include "tests/places.h"
#include "tests/tools/tools.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <fstream>

using nlohmann::json;

namespace
{

process::Result compare_lse(std::vector<std::string> words)
{
    words.insert(words.end(), {"--bin", MOE_BINARY_DIR});
    return tools::run(MOE_SOURCE_DIR "/tools/compare-lse", words);
}

} // namespace

TEST_CASE("bench fits the problems of a file", "[tools]")
{
    // One expert, and so f = gelu(a x + e): y is that of a = 2, e = 0.5, from a = 1, e = 0
    std::filesystem::path const file =
        std::filesystem::temp_directory_path() / ("problems-" + std::to_string(getpid()));
    {
        std::ofstream out(file, std::ios::binary);
        std::int32_t const head[4] = {1, 5, 1, 1}; // fits, n, d, k
        double const x[5] = {-1, -0.5, 0, 0.5, 1};
        double y[5];
        for (int t = 0; t < 5; ++t) {
            double const z = 2 * x[t] + 0.5;
            y[t] = z * (1 + std::erf(z / std::sqrt(2.0))) / 2;
        }
        double const start[4] = {0, 0, 1, 0}; // w, b, a, e
        out.write(reinterpret_cast<char const*>(head), sizeof head);
        out.write(reinterpret_cast<char const*>(x), sizeof x);
        out.write(reinterpret_cast<char const*>(y), sizeof y);
        out.write(reinterpret_cast<char const*>(start), sizeof start);
    }
    process::Result const result =
        tools::bench({"--estimator", "lse", "--problems", file.string(), "--threads", "1"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    json const problems = json::parse(result.out)["problems"];
    CHECK(problems["fits"] == 1);
    CHECK(problems["mse"][0].get<double>() < 1e-20);
    CHECK(problems["iterations"][0].get<int>() > 1);
    CHECK(problems["seconds_over_tasks"].get<double>() >= 1);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 8);
    CHECK_THAT(tools::bench({"--problems", file.string()}).err, Catch::Contains("is too short"));
    std::filesystem::remove(file);
}

TEST_CASE("compare-lse compares with the peers that are there, and names those that are not",
          "[tools]")
{
    process::Result const result = compare_lse({"--case", "small", "--d", "2", "--k", "2", "--n",
                                                "200", "--fits", "2", "--limit", "60", "--json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    json const all = json::parse(result.out)[0];
    CHECK(all["p"] == 12);
    CHECK(all["rows"][0]["name"] == "moerate");
    CHECK(all["rows"].size() + all["absent"].size() == 7);
    for (json const& row : all["rows"])
        CHECK(row["fits"] == 2);
    CHECK(all["rows"][0]["reached"] == 2); // another minimum would be lower for somebody
    process::Result const unknown = compare_lse({"--peers", "fortran"});
    CHECK(unknown.code == 1);
    CHECK(unknown.err.find("known: ceres, gsl, jax, optimistix") != std::string::npos);
}

TEST_CASE("compare-lse does its problems in a box, too, with those that know bounds", "[tools]")
{
    std::vector<std::string> const few{
        "--case",  "small", "--d",    "2",       "--k",
        "2",       "--n",   "200",    "--fits",  "2",
        "--limit", "60",    "--json", "--peers", "scipy-trf,scipy-lm"};
    auto const rows_in = [&](std::string const& box) {
        std::vector<std::string> words = few;
        words.insert(words.end(), {"--box", box});
        process::Result const result = compare_lse(words);
        INFO(result.err);
        REQUIRE(result.code == 0);
        return json::parse(result.out)[0]["rows"];
    };
    json const wide = rows_in("1e6"), narrow = rows_in("0.2");
    REQUIRE(wide.size() >= 2);
    CHECK(wide[1]["name"] == "moerate box 1e+06");
    CHECK(wide[1]["reached"] == wide[0]["reached"]);
    CHECK(wide[1]["at_bound"] == 0);
    CHECK(narrow[1]["name"] == "moerate box 0.2");
    CHECK(narrow[1]["at_bound"] == 2);
    CHECK(narrow[1]["reached"] == 0); // the minima lie outside
    if (wide.size() > 2) {            // SciPy is there
        CHECK(wide.size() == 5);
        CHECK(wide[3]["name"] == "scipy-trf box 1e+06");
        CHECK(wide[4]["name"] == "scipy-lm");
    }
}
