// What is wrong with a command line is said with its reason and a remedy.

#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

void check_explained(Place const& place, std::vector<std::string> const& words, char const* why)
{
    process::Result const result = place.call(words);
    CAPTURE(words, result.err);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Contains(why));
}

} // namespace

TEST_CASE("the parser's errors say why, and what to do", "[cli]")
{
    Place const place;
    std::string const study = place.study();
    struct Case
    {
        std::vector<std::string> words;
        char const* why;
    };
    for (Case const& one : std::vector<Case>{
             {{"run", study, "-o", "a", "-o", "b"},
              "--output is given 2 times (only one could count) give it once (see moerate run"},
             {{"fit", "a.csv", "--seed", "1", "--seed", "2"}, "--seed is given 2 times"},
             {{"show", "x", "--cell", "a", "1"},
              "--cell has 2 values (3 are needed: LABEL N R) give them all"},
             {{"replay", "x", "a"}, "fit has 1 value (3 are needed: LABEL N R) give them all"},
             {{"run", study, "--trace", "t", "--trace-fit", "a", "1"},
              "--trace-fit has 2 values (3 are needed: LABEL N REPLICATE)"},
             {{"run", study, "--simd", "foo"}, "foo not in {x86-64-v3,x86-64-v4}"},
             {{"submit", study, "--simd", "foo"}, "foo not in {x86-64-v3,x86-64-v4}"},
             {{"run", study, "-o"}, "--output has no value ("},
             {{"fit", "a.csv", "--seed", "-1"},
              "--seed -1 (it takes a whole number from 0 to 4294967295) correct it"},
             {{"fit", "a.csv", "--seed", "4294967296"}, "--seed 4294967296 (it takes"},
             {{"fit", "a.csv", "--seed", "x"}, "--seed x (it takes"},
             {{"run"}, "file is missing (run needs it) give it"},
             {{"run", study, "--max-replicates", "3"},
              "--max-replicates requires --until-half-width (alone it says nothing) give both"},
             {{"show", "x", "--worst", "l", "--cell", "a", "1", "2"}, "(both are given) leave one"},
         })
        check_explained(place, one.words, one.why);
}

TEST_CASE("messages name what the user wrote, not what the program makes of it", "[cli]")
{
    Place const place;
    std::string const name = place.path("\xc3\xbc x"); // an umlaut and a blank
    process::Result const init = place.call({"init", name});
    CHECK(init.code == 2);
    CHECK_THAT(init.err,
               Contains("\" is not a name (it names the results folder)") && !Contains(".toml"));
    check_explained(place, {"check", place.study(), "--set", "fit.softmax.label=\"\""},
                    "fit.#1.label is empty");
    process::write_file(place.path("a.csv"), "x1,y\n1,2\n2,3\n3,5\n");
    process::Result const fit =
        place.call({"fit", place.path("a.csv"), "--gate", "score=linear,normalizer=softmax",
                    "--expert", "form=constant", "--experts", "1", "--set", "blind=1"});
    CHECK(fit.code == 2);
    CHECK_THAT(fit.err, Contains("unknown key \"blind\" of the estimator lse") &&
                            Contains("iterations") && !Contains("kind"));
    std::vector<std::string> identify = {"identify",
                                         "--gate",
                                         "score=linear,normalizer=softmax",
                                         "--expert",
                                         "form=ridge,activation=relu",
                                         "--loss",
                                         "softmax.L1",
                                         "--r"};
    identify.push_back("7");
    check_explained(place, identify, "--r 7 (softmax.L1 has no exponent) leave it out");
}

TEST_CASE("a name that no file system takes is the user's to mend", "[cli]")
{
    Place const place;
    std::string const name(300, 'x'), folder = place.path(name);
    check_explained(place, {"run", place.study(), "--set", "study.id=\"" + name + "\""},
                    "has 300 characters (it names the results folder");
    check_explained(place, {"init", name}, "has 300 characters");
    for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
             {"run", place.study(), "-q", "-o", folder},
             {"plan", place.study(), "-o", folder},
             {"submit", place.study(), "--array", "2", "--time", "1h", "--mem", "1G", "-o", folder},
             {"check", folder}})
        check_explained(place, words, "too long");
}

TEST_CASE("a loss that is named twice is computed once", "[cli]")
{
    Place const place;
    process::Result const run =
        place.call({"constant", place.study(), "--epsilon", "0.5,0.1,0.5", "--json", "-q"});
    REQUIRE(run.code == 0);
    json const answer = json::parse(run.out);
    for (json const& curve : answer["curves"])
        CHECK(curve["points"].size() <= 2);
}

TEST_CASE("help has its commands as JSON, too", "[cli]")
{
    Place const place;
    json const run = json::parse(place.call({"help", "run", "--json"}).out);
    CHECK(run["name"] == "run");
    bool has_output = false;
    for (json const& option : run["options"])
        has_output = has_output || option["names"] == json({"-o", "--output"});
    CHECK(has_output);
    json const all = json::parse(place.call({"help", "--json"}).out);
    CHECK(all["commands"].size() > 20);
    CHECK(json::parse(place.call({"help", "commands", "--json"}).out) == all);
}
