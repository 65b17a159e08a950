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
    std::string const redirection = GENERATE("> /dev/full", ">&-", ">&- 2>&- <&-");
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

TEST_CASE("a pipe whose reader went away ends a command without a word", "[cli]")
{
    Place const place;
    CHECK(shell(place, run_small + "-q | true; test ${PIPESTATUS[0]} = 141") == 0);
    CHECK(process::read_file(place.path("err")).empty());
    check_complete(place);
    CHECK(shell(place, failing_run + "-q | true; test ${PIPESTATUS[0]} = 3") == 0);
    // Longer than a pipe holds, and shorter: that reader goes before anything is written.
    for (char const* command :
         {"export results --format csv --params", "export results --format json", "rates results",
          "rates results --json", "check small.toml", "plan small.toml", "list --json", "help keys",
          "help commands", "--help", "--version", "status results --json",
          "export results --format csv -o /dev/stdout"})
    {
        CAPTURE(command);
        CHECK(shell(place, std::string("(sleep 0.3; \"$M\" ") + command +
                               "; echo $? > code) | true; test $(cat code) = 141") == 0);
        CHECK(process::read_file(place.path("err")).empty());
    }
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

TEST_CASE("what a command reads is replaced by none, whatever --force says", "[cli]")
{
    Place const place;
    REQUIRE(shell(place, run_small + "-q; cp -r results other") == 0);
    std::string const store = process::read_file(place.results() + "/store.sqlite");
    REQUIRE(shell(place, "ln -s results/store.sqlite link; ln results/store.sqlite twin") == 0);
    for (std::string const file :
         {"results/store.sqlite", "./results/../results/store.sqlite", "results/store.lock",
          "results/store.sqlite-journal", "results/store.1of2.sqlite", "results/run.log", "link",
          "twin", "other/store.sqlite"})
        for (char const* command : {"export results --format csv", "replay results softmax 64 0"}) {
            CAPTURE(command, file);
            CHECK(shell(place, "\"$M\" " + std::string(command) + " --force -o " + file) == 2);
            CHECK(process::read_file(place.path("err")).find("is a file of a store") !=
                  std::string::npos);
        }
    CHECK(process::read_file(place.results() + "/store.sqlite") == store);
    // Files of other names are the user's own, in the folder as elsewhere.
    CHECK(shell(place, "\"$M\" export results --format csv -o results/store.csv && \"$M\" export "
                       "results --format csv --force -o results/store.csv") == 0);
    check_complete(place);

    process::write_file(place.path("data.csv"), "x1,y\n0,0\n0.5,1\n1,0\n-1,0.5\n");
    std::string const study = process::read_file(place.study());
    std::string const family = "--gate score=linear,normalizer=softmax --expert "
                               "form=ridge,activation=relu";
    for (std::string const& words : std::vector<std::string>{
             "init small --from small.toml --force", "init link2 --from small.toml --force",
             "fit data.csv --experts 1 --trace data.csv --force " + family,
             "run small.toml -o results --trace small.toml",
             "run small.toml -o results --trace results/store.sqlite",
             "run small.toml -o new --trace new/store.sqlite",
             "run small.toml -o results --trace results/run.log",
             "constant small.toml -o folder --force", "submit small.toml -o folder"})
    {
        CAPTURE(words);
        CHECK(shell(place, "ln -sf small.toml link2.toml; mkdir -p folder new; ln -f small.toml "
                           "folder/eval.json; ln -f small.toml folder/array.sh; \"$M\" " +
                               words) == 2);
        std::string const said = process::read_file(place.path("err"));
        CHECK((said.find("is what this command reads") != std::string::npos ||
               said.find("is a file of a store") != std::string::npos));
    }
    CHECK(process::read_file(place.study()) == study);
    check_complete(place);
    // A measure that was written as a counterexample is read, and would be written again.
    CHECK(shell(place, "\"$M\" identify --seed 1 --samples 100 --starts 2 --blind 2 -o found " +
                           family) == 0);
    CHECK(shell(place, "\"$M\" identify --truth found/counterexample-1.json -o found --force") ==
          2);
    CHECK(process::read_file(place.path("err")).find("is what this command reads") !=
          std::string::npos);
}
