#include "tests/cli/place.h"
#include "tests/places.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sys/mount.h>

namespace
{

/// What a command says that must fail with `code`, one line on stderr and nothing on stdout.
std::string check_fails(Place const& place, std::vector<std::string> const& words, int code)
{
    process::Result const result = place.call(words);
    CAPTURE(words, result.err);
    CHECK(result.code == code);
    CHECK(result.out.empty());
    CHECK(result.err.find("moerate: error: ") != std::string::npos);
    return result.err;
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
    process::Result const again = place.call({"run", place.study(), "-o", place.results(), "--set",
                                              "estimator.learning_rate=1e6", "--set",
                                              "truth.expert.activation=\"identity\""});
    CHECK(again.code == 3);
    CHECK(again.err.find("24 reused (24 of them failed), 0 failed") != std::string::npos);
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

TEST_CASE("plan and submit refuse what run refuses", "[cli]")
{
    Place const place;
    REQUIRE(place.call({"run", place.study(), "-q", "-o", place.results()}).code == 0);
    process::write_file(place.path("file"), "not a folder");
    auto const error = [&](std::vector<std::string> words, std::vector<std::string> const& more) {
        words.insert(words.end(), more.begin(), more.end());
        words.emplace_back("-q"); // of the run's notes
        return check_fails(place, words, 4);
    };
    std::vector<std::vector<std::string>> const refused = {
        {"-o", place.results(), "--set", "study.seed=8"},
        {"-o", place.results(), "--set", "study.id=\"other\""},
        {"-o", place.path("file")},
        {"-o", place.path("file/inside")}};
    for (auto const& more : refused) {
        std::string const run = error({"run", place.study()}, more);
        CHECK(error({"plan", place.study()}, more) == run);
        CHECK(error({"submit", place.study(), "--print"}, more) == run);
    }
    CHECK(error({"plan"}, {"-o", place.results(), "--set", "study.seed=8"}).find("seed") !=
          std::string::npos);
    REQUIRE(place.call({"run", place.study(), "-q", "-o", place.path("parts"), "--shard", "1/2"})
                .code == 0);
    for (char const* command : {"run", "plan", "submit"})
        CHECK(error({command, place.study()}, {"-o", place.path("parts"), "--set", "study.seed=8"})
                  .find("store.1of2.sqlite and the experiment file hold different studies") !=
              std::string::npos);
    // Without a file the folder is what there is to plan.
    std::filesystem::create_directory(place.path("empty"));
    for (char const* folder : {"missing", "empty", "file"})
        CHECK(error({"plan"}, {"-o", place.path(folder)}).find(place.path(folder)) !=
              std::string::npos);
}

TEST_CASE("values that are none are refused with the option and what it takes", "[cli]")
{
    Place const place;
    auto const refused = [&](std::vector<std::string> const& words, std::string const& text) {
        std::string const error = check_fails(place, words, 2);
        CHECK(error.find(text) != std::string::npos);
        CHECK(error.size() < 200);
    };
    std::string const study = place.study();
    for (std::string const value : {"nan", "-nan", "inf", "0", "-1"}) {
        refused({"plan", study, "--half-width", value}, "--half-width: " + value + " is out of");
        refused({"run", study, "--until-half-width", value}, "(1e-06 to 10)");
        refused({"run", study, "--save-every", value}, "(0.01 to 3600)");
        refused({"constant", study, "--epsilon", "0.1," + value}, "--epsilon: " + value);
        refused({"identify", "--r", value}, "is out of range (0.01 to 100)");
        refused({"identify", "--epsilon", value}, "is out of range (1e-06 to 10)");
        refused({"run", study, "--time-budget", value}, "--time-budget");
    }
    refused({"run", study, "--threads", "4097"}, "--threads: 4097 is out of range (0 to 4096)");
    refused({"run", study, "--threads", "many"}, "--threads: many is no number (0 to 4096)");
    refused({"run", study, "--max-replicates", "3000000000"}, "(1 to 2147483647)");
    // As of a variable of the shell that is not set.
    for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
             {"run", study, "-o", ""},
             {"run", study, "--output", ""},
             {"run", study, "--trace", ""},
             {"run", study, "--shard", ""},
             {"run", ""},
             {"plan", study, "-o", ""},
             {"submit", study, "-o", ""},
             {"merge", place.path(), "-o", ""},
             {"rates", ""},
             {"export", place.path(), "--format", "csv", "-o", ""},
             {"replay", place.path(), "softmax", "64", "0", "-o", ""},
             {"fit", study, "--start", ""},
             {"identify", "--truth", ""},
             {"constant", study, "-o", ""},
             {"init", "--from", ""}})
        refused(words, "is empty");
    CHECK_FALSE(std::filesystem::exists("results/small"));
}

TEST_CASE("a word that is no command is named, with the nearest one", "[cli]")
{
    Place const place;
    CHECK(check_fails(place, {"rate", place.results()}, 2)
              .find("\"rate\" is no command (nearest: \"rates\")") != std::string::npos);
    CHECK(place.call({"frobnicate"}).err.find("\"frobnicate\" is no command: see") !=
          std::string::npos);
    CHECK(place.call({""}).err.find("\"\" is no command") != std::string::npos);
}

TEST_CASE("a folder that is named twice is refused, under whatever name", "[cli]")
{
    Place const place;
    REQUIRE(place.call({"run", place.study(), "-q", "-o", place.results()}).code == 0);
    std::filesystem::create_directory_symlink(place.results(), place.path("link"));
    for (char const* command : {"rates", "compare"})
        for (std::string const& name : {place.results(), place.results() + "/", place.path("link")})
        {
            std::string const error = check_fails(place, {command, place.results(), name}, 2);
            CHECK(error.find("name it once") != std::string::npos);
        }
}

TEST_CASE("a word that a command has no use for is named, with the nearest option", "[cli]")
{
    Place const place;
    auto const said = [&](std::vector<std::string> const& words) {
        process::Result const result = place.call(words);
        CHECK(result.code == 2);
        return result.err;
    };
    CHECK(said({"run", place.study(), "--out", "x"}) ==
          "moerate: error: run has no option --out (nearest: --output) (see moerate run --help)\n");
    CHECK(said({"rates", "x", "--thredas=3"}) ==
          "moerate: error: rates has no option --thredas "
          "(nearest: --threads) (see moerate rates --help)\n");
    CHECK(said({"run", place.study(), "more"}).find("run: \"more\" is one word too many") !=
          std::string::npos);
    CHECK(said({"--versoin"}) == "moerate: error: moerate has no option --versoin (nearest: "
                                 "--version) (see moerate --help)\n");
}
