#include "tests/cli/place.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <random>

namespace
{

using moerate::sanitized;

/// Arguments of a run of some seconds on one thread with many blocks to be killed in and between;
/// with a tenth to do under sanitizers, which take ten times as long.
std::vector<std::string> long_run(Place const& place, std::string const& folder)
{
    return {"run",          place.study(),
            "-o",           folder,
            "--device",     "cpu",
            "--threads",    "1",
            "--save-every", "0.1",
            "--set",        "study.replicates=40",
            "--set",        sanitized ? "study.n=[1000,4000,16000]" : "study.n=[4000,16000,64000]",
            "--set",        sanitized ? "estimator.epochs=5" : "estimator.epochs=12"};
}

std::vector<moerate::FitRow> fits(std::string const& folder)
{
    return small::all_fits(moerate::Store::open(folder));
}

} // namespace

TEST_CASE("runs killed at random moments end as an unbroken one, to the last bit", "[cli]")
{
    Place const place;
    REQUIRE(place.call(long_run(place, place.path("whole"))).code == 0);
    std::string const broken = place.path("broken");
    std::mt19937 random(20240522);
    std::uniform_int_distribution<int> early(5, 900), after_a_save(0, 120);
    std::string const log = broken + "/run.log";
    int killed = 0, midway = 0;
    for (int round = 0; round < 8; ++round) {
        int const saves = process::count(process::read_file(log), "saved");
        process::Moerate run(place.path(), long_run(place, broken));
        // Every other kill comes soon after a save, so that slow machines see progress as well.
        bool const waits = round % 2 == 1;
        if (waits)
            run.wait_for(log, "saved", saves + 1);
        int const delay = waits ? after_a_save(random) : early(random);
        std::this_thread::sleep_for(std::chrono::milliseconds(delay));
        run.send(SIGKILL);
        killed += run.wait().signal == SIGKILL ? 1 : 0;
        if (std::filesystem::exists(broken + "/store.sqlite")) {
            std::size_t const saved = fits(broken).size();
            midway += saved > 0 && saved < 240 ? 1 : 0;
        }
    }
    CHECK(killed >= 2); // later ones may find the work done
    CHECK(midway >= 1);
    REQUIRE(place.call(long_run(place, broken)).code == 0);
    std::vector<moerate::FitRow> const one = fits(place.path("whole"));
    std::vector<moerate::FitRow> const other = fits(broken);
    REQUIRE(one.size() == 240);
    REQUIRE(other.size() == one.size());
    for (std::size_t i = 0; i < one.size(); ++i)
        CHECK(small::same(one[i], other[i]));
    CHECK(place.call({"rates", place.path("whole"), "--json"}).out ==
          place.call({"rates", broken, "--json"}).out);
}

TEST_CASE("a signal ends a run with its work saved and exit 75", "[cli]")
{
    for (int const signal : {SIGINT, SIGTERM}) {
        Place const place;
        process::Moerate run(place.path(), long_run(place, place.results()));
        REQUIRE(run.wait_for("fits"));
        run.send(signal);
        process::Result const result = run.wait();
        CHECK(result.code == 75);
        CHECK(result.err.find("run the same command to continue") != std::string::npos);
        std::size_t const saved = fits(place.results()).size();
        CHECK(saved > 0);
        CHECK(saved < 240);
        CHECK(place.call({"status", place.results()}).out.find("interrupted") != std::string::npos);
    }
}

TEST_CASE("a second signal ends a run at once", "[cli]")
{
    Place const place;
    std::vector<std::string> words = long_run(place, place.results());
    words.insert(words.end(), {"--set", "study.n=[4000000]", "--set", "study.replicates=1"});
    process::Moerate run(place.path(), words); // one block of about a minute
    REQUIRE(run.wait_for(place.results() + "/run.log", "to do"));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    run.send(SIGINT);
    REQUIRE(run.wait_for("second signal"));
    run.send(SIGTERM);
    CHECK(run.wait().code == 128 + SIGTERM);
}
