#include "tests/support/temp_folder.h"
#include "tests/tools/tools.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <cmath>
#include <regex>
#include <string>
#include <thread>

namespace
{

/// What a run said it would take in all, at the first line behind a tenth of its work, and what it
/// took; `share` of the work was done at that line.
struct Estimate
{
    double said = -1, took = -1, share = 0;
};

Estimate estimate_of(std::string const& experiment, std::string const& replicates)
{
    moerate::TempFolder const folder;
    auto const begin = std::chrono::steady_clock::now();
    auto const since = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    process::Moerate run(folder.path(), {"run", MOE_SOURCE_DIR "/experiments/" + experiment + ".toml",
                                         "-o", folder.path("results"), "--device", "cpu", "--set",
                                         "study.replicates=" + replicates, "--save-every", "0.5"});
    Estimate estimate;
    std::regex const line("moerate: +(\\d+) %[^\n]*left (\\d+):(\\d\\d)[^\n]*\n");
    while (run.running() && estimate.took < 0) {
        std::string const said = process::read_file(folder.path("stderr"));
        if (said.find("took") != std::string::npos)
            estimate.took = since();
        for (std::sregex_iterator at(said.begin(), said.end(), line), end; at != end; ++at)
            if (estimate.said < 0 && std::stoi((*at)[1]) >= 10) {
                // Time to go is rounded up.
                estimate.said = since() + 60 * std::stod((*at)[2]) + std::stod((*at)[3]) - 0.5;
                estimate.share = std::stod((*at)[1]) / 100;
            }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    process::Result const result = run.wait();
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    return estimate;
}

} // namespace

// Times of a shared machine are noisy, a wrong model of the work is not: one of three runs is enough.
TEST_CASE("after a tenth of a run its end is known within a fifth", "[.eta]")
{
    std::string const experiment = GENERATE("003-1a", "000-1a");
    std::string seen;
    bool good = false;
    for (int i = 0; i < 3 && !good; ++i) {
        Estimate const estimate = estimate_of(experiment, "60");
        good = estimate.said > 0 && std::abs(estimate.said - estimate.took) <= 0.2 * estimate.took;
        seen += "said " + std::to_string(estimate.said) + " s at " + std::to_string(estimate.share) +
                ", took " + std::to_string(estimate.took) + " s; ";
    }
    CAPTURE(experiment);
    INFO(seen);
    CHECK(good);
}
