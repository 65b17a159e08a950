#include "host/device/device.h"
#include "tests/tools/tools.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <string>
#include <sys/wait.h>

using nlohmann::json;

namespace
{

/// A case of some milliseconds.
std::vector<std::string> const small{"--threads", "1",   "--fits",       "3",   "--rounds",
                                     "1",         "--n", "64",           "--d", "3",
                                     "--k",       "3",   "--true-atoms", "2",   "--json"};

std::vector<std::string> operator+(std::vector<std::string> words,
                                   std::vector<std::string> const& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

} // namespace

TEST_CASE("bench divides speed by the ceiling of the same run", "[tools]")
{
    process::Result const result = tools::bench(small);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    json const all = json::parse(result.out);
    CHECK(all["kind"] == "cpu");
    REQUIRE(all["rows"].size() == 1);
    json const& row = all["rows"][0];
    CHECK(row["fits"] == 3); // three a thread, one thread
    double const ceiling = row["ceiling_updates_per_s"]["median"];
    double const sgd = row["sgd_updates_per_s"]["median"];
    CHECK(row["sgd_ratio"]["median"].get<double>() == Approx(sgd / ceiling));
    CHECK(row["end_to_end_updates_per_s"]["median"].get<double>() < sgd);
    CHECK_FALSE(row.contains("truth"));
    // Mean of 3 x 64 squares of N(0, 0.1^2): 0.01 (1 +- 0.1), of which the fit takes a part.
    CHECK(row["mse"]["mean"].get<double>() > 0.005);
    CHECK(row["mse"]["mean"].get<double>() < 0.015);
}

TEST_CASE("bench says which stage the time goes to", "[tools]")
{
    json const all = json::parse(tools::bench(small).out);
    json const& row = all["rows"][0];
    double share = 0, ratio = 0;
    std::vector<std::string> names;
    for (json const& stage : row["stages"]) {
        double const part = stage["share"]["median"];
        share += part;
        ratio += stage["ratio"].is_null() ? 0 : part * stage["ratio"]["median"].get<double>();
        names.push_back(stage["stage"]);
        CHECK(stage["ratio"].is_null() == (stage["stage"] == "host"));
    }
    CHECK(names ==
          std::vector<std::string>{"evaluate", "generate", "host", "loss", "risk", "sgd", "start"});
    CHECK(share == Approx(1)); // one round: medians are the round's own numbers
    CHECK(row["pipeline_ratio"]["median"].get<double>() == Approx(ratio));
}

TEST_CASE("bench asks a GPU's least squares alone for cuBLAS", "[tools]")
{
    for (std::vector<std::string> const& more :
         {std::vector<std::string>{"--estimator", "lse"}, {"--device", "cuda"}})
    {
        process::Result const result =
            tools::bench(small + more + std::vector<std::string>{"--gram", "cublas"});
        CHECK(result.code == 2);
        CHECK(result.err.find("--gram cublas") != std::string::npos);
    }
}

TEST_CASE("bench trains as it is told", "[tools]")
{
    // Without a step worth the name nothing descends; ten epochs at the default rate do.
    auto const descent = [](std::vector<std::string> const& more) {
        json const all = json::parse(tools::bench(small + more).out);
        return std::fabs(all["rows"][0]["descent"]["mean"].get<double>());
    };
    CHECK(descent({"--learning-rate", "1e-9"}) < 1e-8);
    CHECK(descent({}) > 1e-6);
}

TEST_CASE("bench gives the truth on request", "[tools]")
{
    json const row =
        json::parse(tools::bench(small + std::vector<std::string>{"--truth"}).out)["rows"][0];
    CHECK(row["truth"]["atoms"].size() == 2);
    CHECK(row["noise_variance"] == 0.01);
    CHECK(row["start"]["scale"] == 0.005);
}

TEST_CASE("bench refuses what it cannot do and says why", "[tools]")
{
    auto const refused = [](std::vector<std::string> const& words, int code, char const* text) {
        process::Result const result = tools::bench(words);
        CAPTURE(result.err);
        CHECK(result.code == code);
        CHECK(result.err.find("moerate-bench: error: ") == 0);
        CHECK(result.err.find(text) != std::string::npos);
    };
    refused({"--device", "tpu"}, 2, "known: cpu, cuda, cuda:I");
    refused({"--device", "cuda", "--threads", "2"}, 2, "belong to the CPU");
    refused({"--no-such-option"}, 2, "--help");
    refused({"--fits", "0"}, 2, "--fits");
    // 2e9 fits of 8.3 kB at least.
    refused({"--threads", "1", "--fits", "2000000000", "--n", "64"}, 2, "GiB");
    std::string const reason = moerate::cuda_unusable();
    if (!reason.empty())
        refused({"--device", "cuda"}, 5, reason.c_str());
}

TEST_CASE("a tool whose output is lost says so and does not abort")
{
    for (char const* tool : {"/moerate-bench", "/moerate-coverage"}) {
        std::string const command =
            MOE_BINARY_DIR + std::string(tool) + " --help > /dev/full 2> /dev/full";
        int const status = std::system(command.c_str());
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 1);
    }
}
