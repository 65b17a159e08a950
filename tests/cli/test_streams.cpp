#include "tests/cli/place.h"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace
{

/// Exit code of a bash script in the folder of a place, where $M is moerate. What it writes
/// goes to the files out and err.
int shell(Place const& place, std::string const& script)
{
    process::write_file(place.path("script"),
                        "cd '" + place.path() + "'; M='" MOE_BINARY_DIR "/moerate'\n" + script);
    int const status = std::system(("bash '" + place.path("script") + "' > '" + place.path("out") +
                                    "' 2> '" + place.path("err") + "'")
                                       .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string const run_small = "\"$M\" run small.toml --device cpu --threads 1 -o results ";
/// A run whose fits all fail: exit 3.
std::string const failing_run = "\"$M\" run small.toml --device cpu -o failing --set "
                                "estimator.learning_rate=1e6 --set "
                                "'truth.expert.activation=\"identity\"' ";

/// All fits of the small study are in its folder, and the store is sound.
void check_complete(Place const& place)
{
    process::Result const status = place.call({"status", place.results()});
    CAPTURE(status.err);
    CHECK(status.code == 0);
    CHECK(status.out.find("24 of 24 fits") != std::string::npos);
    CHECK(status.out.find(": done,") != std::string::npos);
}

} // namespace

TEST_CASE("messages that nobody can read cost no work and no exit code", "[cli]")
{
    std::string const redirection =
        GENERATE("2> /dev/full", "2>&-", "2> >(true)", "2>&- <&-", "2> /dev/full < /dev/full");
    CAPTURE(redirection);
    Place const place;
    CHECK(shell(place, "\"$M\" check missing.toml " + redirection) == 2);
    CHECK(shell(place, "\"$M\" no-such-command " + redirection) == 2);
    CHECK(shell(place, run_small + redirection + " > table") == 0);
    check_complete(place);
    CHECK(process::read_file(place.path("table")) ==
          place.call({"rates", place.results(), "--device", "cpu"}).out);
    CHECK(shell(place, failing_run + redirection) == 3);
}

TEST_CASE("a table that nobody can read is an error once the work is saved", "[cli]")
{
    std::string const redirection = GENERATE("> /dev/full", ">&-", "> >(true)", ">&- 2>&- <&-");
    CAPTURE(redirection);
    Place const place;
    CHECK(shell(place, run_small + "-q " + redirection) == 1);
    check_complete(place);
    std::string const said = process::read_file(place.path("err"));
    if (redirection.find("2>") == std::string::npos) {
        CHECK(said.find("moerate: error: cannot write to standard output (") == 0);
        CHECK(process::count(said, "\n") == 1);
    }
    // What the command itself has to say counts for more.
    CHECK(shell(place, failing_run + redirection) == 3);
}

TEST_CASE("every command says that its output is lost", "[cli]")
{
    Place const place;
    REQUIRE(shell(place, run_small + "-q") == 0);
    for (char const* command :
         {"--help", "--version", "list", "list --json", "check small.toml", "plan small.toml",
          "status results", "rates results", "rates results --json", "export results --format csv",
          "export results --format csv -o /dev/full"})
    {
        CAPTURE(command);
        CHECK(shell(place, std::string("\"$M\" ") + command + " > /dev/full") == 1);
        CHECK(process::read_file(place.path("err")).find("moerate: error: cannot write ") == 0);
    }
}

TEST_CASE("a log on a full disk costs no work", "[cli]")
{
    Place const place;
    CHECK(shell(place, "mkdir results; ln -s /dev/full results/run.log; " + run_small) == 0);
    check_complete(place);
    Place const piped; // nobody reads it: opening must not wait either
    CHECK(shell(piped, "mkdir results; mkfifo results/run.log; timeout 60 " + run_small) == 0);
    check_complete(piped);
}

TEST_CASE("a limit of file size is an error with its reason, and the run continues", "[cli]")
{
    Place const place;
    CHECK(shell(place, "ulimit -f 40; " + run_small + "--set study.replicates=60 -q") == 1);
    CHECK(process::read_file(place.path("err")).find("saved) ") != std::string::npos);
    CHECK(shell(place, run_small + "-q") == 0);
    check_complete(place);
}

TEST_CASE("export goes through links and into what is no file", "[cli]")
{
    Place const place;
    REQUIRE(shell(place, run_small + "-q") == 0);
    std::string const want = place.call({"export", place.results(), "--format", "csv"}).out;
    std::string const to = "\"$M\" export results --format csv -o ";
    auto const content = [&](char const* name) { return process::read_file(place.path(name)); };

    CHECK(shell(place, "mkdir there; ln -s there/new.csv link; ln -s link chain; " + to +
                           "chain && test -L chain && test -L link") == 0);
    CHECK(content("there/new.csv") == want);
    CHECK(shell(place, "echo old > there/old.csv; chmod 600 there/old.csv; "
                       "ln -s \"$PWD/there/old.csv\" absolute; " +
                           to + "absolute") == 2); // it would be lost
    CHECK(content("there/old.csv") == "old\n");
    CHECK(shell(place, to + "absolute --force && test -L absolute && "
                            "test $(stat -c %a there/old.csv) = 600") == 0);
    CHECK(content("there/old.csv") == want);

    CHECK(shell(place, "echo head > all; " + to + "/dev/stdout >> all") == 0);
    CHECK(content("all") == "head\n" + want);
    CHECK(shell(place, "{ echo head; " + to + "/dev/fd/1; echo tail; } > all") == 0);
    CHECK(content("all") == "head\n" + want + "tail\n");
    CHECK(shell(place, to + "/dev/stdout | cat > all; test ${PIPESTATUS[0]} = 0") == 0);
    CHECK(content("all") == want);
    CHECK(shell(place, "mkfifo pipe; cat pipe > all & " + to +
                           "pipe; code=$?; wait; "
                           "test -p pipe && exit $code") == 0);
    CHECK(content("all") == want);
    CHECK(shell(place, to + "/dev/null && test -c /dev/null") == 0);
    CHECK(shell(place, "mkdir folder; " + to + "folder --force") == 1);
    CHECK(shell(place, "ln -s loop loop; " + to + "loop") == 1);
    CHECK(shell(place, "ls -A | grep part") == 1); // nothing is left over
}
