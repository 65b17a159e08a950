#include "tests/cli/place.h"
#include "tests/places.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sys/mount.h>

namespace
{

/// A command that must fail with `code`, one line on stderr and nothing on stdout.
void check_fails(Place const& place, std::vector<std::string> const& words, int code)
{
    process::Result const result = place.call(words);
    CAPTURE(words, result.err);
    CHECK(result.code == code);
    CHECK(result.out.empty());
    CHECK(result.err.find("moerate: error: ") != std::string::npos);
}

} // namespace

TEST_CASE("an experiment that is no experiment is exit 2", "[cli]")
{
    Place const place;
    process::write_file(place.path("empty.toml"), "");
    for (char const* command : {"check", "plan", "run"}) {
        check_fails(place, {command, place.path("missing.toml")}, 2);
        check_fails(place, {command, place.path("empty.toml")}, 2);
        check_fails(place, {command, place.path()}, 2);
        for (char const* setting :
             {"study.no_such_key=1", "fit.softmax.experts=1", "study.n=[0,10]", "study.n=[100,64]",
              "data.noise_variance=-1", "estimator.batch=65", "study.replicates=0", "no-equals"})
            check_fails(place, {command, place.study(), "--set", setting}, 2);
    }
}

TEST_CASE("a folder that cannot hold results is refused before any work", "[cli]")
{
    Place const place;
    process::write_file(place.path("file"), "not a folder");
    check_fails(place, {"run", place.study(), "-q", "-o", place.path("file")}, 4);
    check_fails(place, {"run", place.study(), "-q", "-o", place.path("file/inside")}, 4);
    check_fails(place, {"run", place.study(), "-q", "-o", "/proc/moerate"}, 4);
    for (char const* command : {"status", "rates"}) {
        check_fails(place, {command, place.path("missing")}, 4);
        check_fails(place, {command, place.path("file")}, 4);
    }
    check_fails(place, {"export", place.path("missing"), "--format", "csv"}, 4);
}

TEST_CASE("a store of another study or a damaged one is refused", "[cli]")
{
    Place const place;
    std::vector<std::string> const run = {"run", place.study(), "-q", "-o", place.results()};
    REQUIRE(place.call(run).code == 0);
    std::vector<std::string> other = run;
    other.insert(other.end(), {"--set", "study.seed=8"});
    check_fails(place, other, 4);
    CHECK(place.call(other).err.find("seed") != std::string::npos);

    std::string const store = place.results() + "/store.sqlite";
    std::string const whole = process::read_file(store);
    process::write_file(store, whole.substr(0, whole.size() / 2));
    check_fails(place, run, 4);
    check_fails(place, {"rates", place.results()}, 4);
    process::write_file(store, "this is no database, though it is long enough to be one");
    check_fails(place, run, 4);
    check_fails(place, {"status", place.results()}, 4);
}

TEST_CASE("too many failed fits are exit 3, after all is saved and shown", "[cli]")
{
    Place const place;
    process::Result const result = place.call({"run", place.study(), "-q", "-o", place.results(),
                                               "--set", "estimator.learning_rate=1e6", "--set",
                                               "truth.expert.activation=\"identity\""});
    CHECK(result.code == 3);
    CHECK(result.err.find("n=64") != std::string::npos);
    CHECK(result.out.find("softmax") != std::string::npos);
    CHECK(place.call({"status", place.results()}).out.find("24 of 24 fits") != std::string::npos);
}

TEST_CASE("output that cannot be written is an error", "[cli]")
{
    Place const place;
    std::string const command =
        std::string(MOE_BINARY_DIR) + "/moerate list > /dev/full 2> " + place.path("err");
    CHECK(WEXITSTATUS(std::system(command.c_str())) == 1);
    CHECK(process::read_file(place.path("err")).find("moerate: error: ") == 0);
}

TEST_CASE("a full disk ends a run with the reason, and it continues when there is room", "[cli]")
{
    Place const place;
    std::string const disk = place.path("disk");
    std::filesystem::create_directory(disk);
    if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=128k") != 0) {
        WARN("skipped: this process may not mount a small tmpfs");
        return;
    }
    std::vector<std::string> const words = {
        "run", place.study(), "-q", "-o", disk + "/results", "--set", "study.replicates=60"};
    check_fails(place, words, 1);
    REQUIRE(mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0);
    process::Result const again = place.call(words);
    CAPTURE(again.err);
    CHECK(again.code == 0);
    umount(disk.c_str());
}
