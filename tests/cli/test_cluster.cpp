#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>

using Catch::Matchers::Contains;

namespace
{

/// Arguments of a run of some seconds in many blocks.
std::vector<std::string> long_shard(Place const& place, std::string const& shard)
{
    return {"run",          place.study(),
            "-o",           place.results(),
            "--device",     "cpu",
            "--threads",    "1",
            "--set",        "study.replicates=400",
            "--set",        "study.n=[64000]",
            "--set",        "estimator.epochs=12",
            "--save-every", "0.1",
            "--shard",      shard};
}

/// The rates of a folder, without what computed them: the number of runs differs.
std::string rates_of(Place const& place, std::string const& folder)
{
    std::string const text = place.call({"rates", folder}).out;
    return text.substr(0, text.find("What computed"));
}

} // namespace

TEST_CASE("shards, what is missing, and the merged store from the command line", "[cli][cluster]")
{
    Place const place;
    std::string const whole = place.path("whole"), merged = place.path("merged");
    std::vector<std::string> const words{"run", place.study(), "--threads", "1", "-o"};
    auto const with = [&](std::vector<std::string> more) {
        std::vector<std::string> all = words;
        all.insert(all.end(), more.begin(), more.end());
        return place.call(all);
    };
    REQUIRE(with({whole}).code == 0);
    process::Result const first = with({place.results(), "--shard", "1/3"});
    CHECK(first.code == 0);
    CHECK(first.out.empty()); // rates are those of the whole
    CHECK_THAT(first.err, Contains("shard 1/3"));
    REQUIRE(with({place.results(), "--shard", "3/3"}).code == 0);

    process::Result const part = place.call({"merge", place.results(), "-o", merged});
    CHECK(part.code == 0);
    CHECK(part.out == "--shard 2/3\n");
    CHECK_THAT(part.err, Contains("8 fits are missing, in shards 2 of 3"));
    process::Result const status = place.call({"status", place.results(), "--json"});
    auto const shards = nlohmann::json::parse(status.out)["shards"];
    REQUIRE(shards.size() == 2);
    CHECK(shards[1]["shard"] == "3/3");
    CHECK(shards[1]["done"] == 8);
    CHECK(shards[1]["planned"] == 8);
    CHECK(shards[1]["running"] == false);
    CHECK(shards[1]["last_run"]["outcome"] == "done");
    CHECK_THAT(place.call({"status", place.results()}).out, Contains("3/3") && Contains("8/8"));

    REQUIRE(with({place.results(), "--shard", "2/3"}).code == 0);
    process::Result const rest = place.call({"merge", place.results(), "-o", merged, "--json"});
    CHECK(nlohmann::json::parse(rest.out)["missing"].empty());
    std::string const rates = rates_of(place, whole);
    CHECK(rates_of(place, place.results()) == rates);
    CHECK(rates_of(place, merged) == rates);
    CHECK(place.call({"merge", place.path("nothing")}).code == 4);
    // Stores of one name are told apart by their folders.
    std::string const other = place.path("other");
    REQUIRE(
        place.call({"run", place.study(), "-q", "-o", other, "--set", "study.id=\"other\""}).code ==
        0);
    process::Result const two = place.call({"merge", merged, other, "-o", place.path("both")});
    CHECK(two.code == 4);
    CHECK_THAT(two.err,
               Contains("merged/store.sqlite \"") && Contains("other/store.sqlite \"other\""));
    CHECK(with({place.results(), "--shard", "4/3"}).code == 2);
    CHECK(with({place.results(), "--time-budget", "soon"}).code == 2);
}

TEST_CASE("a second run of the same shard is refused, and its lock is seen", "[cli][cluster]")
{
    Place const place;
    process::Moerate run(place.path(), long_shard(place, "1/2"));
    REQUIRE(run.wait_for(place.results() + "/run.1of2.log", "saved"));
    std::string const other = place.path("other");
    std::filesystem::create_directory(other);
    process::Result const second = process::run(other, long_shard(place, "1/2"));
    CHECK(second.code == 4);
    CHECK_THAT(second.err, Contains("in use"));
    auto const status =
        nlohmann::json::parse(process::run(other, {"status", place.results(), "--json"}).out);
    CHECK(status["shards"][0]["running"] == true);
    CHECK(status["shards"][0]["last_run"]["outcome"] == "running");
    run.send(SIGUSR1);
    run.send(SIGTERM); // as a batch system does beside its script
    process::Result const ended = run.wait();
    CHECK(ended.code == 75);
    CHECK_THAT(ended.err, Contains("stopped by a signal"));
    CHECK_THAT(place.call({"status", place.results()}).out, Contains("interrupted"));
}

TEST_CASE("a budget of time ends a run with all saved", "[cli][cluster]")
{
    Place const place;
    std::vector<std::string> words = long_shard(place, "1/1");
    words.insert(words.end(), {"--time-budget", "1s"});
    process::Result const result = place.call(words);
    CHECK(result.code == 75);
    CHECK_THAT(result.err, Contains("stopped by the time budget"));
}

TEST_CASE("plan proposes shards of half an hour", "[cli][cluster]")
{
    Place const place;
    process::Result const result =
        place.call({"plan", place.study(), "--shards", "--json", "--threads", "1", "--set",
                    "study.replicates=10000000"});
    REQUIRE(result.code == 0);
    auto const plan = nlohmann::json::parse(result.out);
    auto const shards = plan["shards"];
    double const hours = shards["hours"];
    CHECK(hours == Approx(double(plan["seconds"]) / 3600).epsilon(0.1)); // there each line has data
    CHECK(shards["n"] == std::ceil(hours * 2));
    CHECK(double(shards["seconds"]) <= 1800);
    CHECK(double(shards["stored_bytes"]) > 60e6 * 1000);
    CHECK_THAT(place.call({"plan", place.study(), "--shards"}).out, Contains("shards: 1 of about"));
}

TEST_CASE("a damaged store is named, and recover keeps what can be read", "[cli][cluster]")
{
    Place const place;
    std::vector<std::string> const run = {
        "run", place.study(),   "--threads", "1",
        "-o",  place.results(), "--set",     "study.replicates=40"};
    REQUIRE(place.call(run).code == 0);
    std::string const rates = rates_of(place, place.results());
    std::string const file = place.results() + "/store.sqlite";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) * 3 / 4 + 77);
    process::Result const refused = place.call(run);
    CHECK(refused.code == 4);
    CHECK_THAT(refused.err, Contains("store.sqlite is damaged") && Contains("moerate recover"));
    process::Result const saved = place.call({"recover", place.results(), "--json"});
    REQUIRE(saved.code == 0);
    CHECK(nlohmann::json::parse(saved.out)["recovered"][0]["fits"] > 0);
    CHECK(std::filesystem::exists(file + ".damaged"));
    process::Result const again = place.call(run);
    CHECK(again.code == 0);
    CHECK(rates_of(place, place.results()) == rates);
}
