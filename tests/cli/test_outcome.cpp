#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;

TEST_CASE("status tells a run at work from one that was killed", "[cli]")
{
    Place const place, other;
    process::Moerate run(place.path(), {"run", place.study(), "-q", "-o", place.results(), "--set",
                                        "study.replicates=2147483647"});
    REQUIRE(run.wait_for(place.results() + "/run.log", "fits done"));
    auto const status = [&] { return other.call({"status", place.results()}).out; };
    auto const outcome = [&] {
        auto const document = nlohmann::json::parse(
            other.call({"status", place.results(), "--json"}).out, nullptr, false);
        REQUIRE(document.is_object());
        return document["last_run"]["outcome"];
    };
    CHECK_THAT(status(), Contains(": running, ") && Contains(" of 12884901882 fits done"));
    CHECK(outcome() == "running");
    run.send(SIGKILL);
    CHECK(run.wait().signal == SIGKILL);
    CHECK_THAT(status(), Contains(": unfinished, ") && !Contains("running"));
    CHECK(outcome() == "unfinished");
}

TEST_CASE("a plan of any size is made in a moment or refused", "[cli]")
{
    Place const place;
    auto const plan = [&](std::vector<std::string> const& settings) {
        std::vector<std::string> words = {"plan", place.study(), "--json"};
        for (std::string const& setting : settings)
            words.insert(words.end(), {"--set", setting});
        auto const begin = std::chrono::steady_clock::now();
        process::Result const result = place.call(words);
        std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
        CHECK(seconds.count() < 10);
        return result;
    };
    process::Result const endless = plan({"study.replicates=2147483647"});
    REQUIRE(endless.code == 0);
    CHECK(nlohmann::json::parse(endless.out)["fits"] == 12884901882LL);
    for (char const* experts : {"8000", "10000"}) {
        std::string const k = experts;
        process::Result const wide = plan({"data.d=10000", "truth.experts=" + k,
                                           "fit.softmax.experts=" + k, "fit.sigmoid.experts=" + k});
        CAPTURE(wide.err);
        if (k == "8000")
            // 1.6e8 parameters: start, fit and target of two fits, and the truth, in float32
            CHECK(nlohmann::json::parse(wide.out)["bytes"] > 5'000'000'000LL);
        else
            CHECK(wide.code == 2); // pairs of experts
    }
    for (char const* command : {"check", "plan", "run"}) {
        process::Result const vast = place.call(
            {command, place.study(), "--set", "study.n=[2000000000]", "--set", "data.d=10000"});
        CHECK(vast.code == 2);
        CHECK_THAT(vast.err, Contains("needs 800") && Contains(" bytes, 80 TB"));
    }
    CHECK_THAT(plan({"study.n=[2000000000]", "data.d=1000"}).err,
               Contains("warning: one replicate needs 8.01 TB"));
}
