// The scripts of `submit`.

#include "tests/cli/place.h"

#include <catch2/catch.hpp>

#include <stdlib.h>

using Catch::Matchers::Contains;

namespace
{

/// `submit --print` of two tasks, with further words.
process::Result scripts(Place const& place, std::string const& folder,
                        std::vector<std::string> const& options)
{
    std::vector<std::string> words = {"submit", place.study(), "--print", "--array",
                                      "2",      "--time",      "10:00",   "--mem",
                                      "1G",     "-o",          folder};
    words.insert(words.end(), options.begin(), options.end());
    return place.call(words);
}

} // namespace

TEST_CASE("a script for Slurm is printed, and nothing is submitted", "[cli][cluster]")
{
    Place const place;
    std::vector<std::string> const words = {"submit",
                                            place.study(),
                                            "-o",
                                            place.path("res dir"),
                                            "--print",
                                            "--array",
                                            "7",
                                            "--time",
                                            "1h",
                                            "--partition",
                                            "low",
                                            "--gres",
                                            "gpu:1",
                                            "--mem",
                                            "2G",
                                            "--sbatch=--qos=long",
                                            "--run=--no-params"};
    process::Result const result = place.call(words);
    REQUIRE(result.code == 0);
    CHECK_FALSE(std::filesystem::exists(place.path("res dir")));
    for (char const* line :
         {"#!/bin/bash\n", "#SBATCH --array=1-7\n", "#SBATCH --time=0-01:00:00\n",
          "#SBATCH --requeue\n", "#SBATCH --partition=low\n", "#SBATCH --gres=gpu:1\n",
          "#SBATCH --mem=2G\n", "#SBATCH --qos=long\n", "#SBATCH --signal=B:USR1@120\n",
          "SLURM_ARRAY_TASK_ID/7\"", "--no-params", "res dir/experiment.toml'", "scontrol requeue",
          " merge "})
        CHECK_THAT(result.out, Contains(line));
    CHECK_THAT(result.out, !Contains("--simd"));
    process::write_file(place.path("script"), result.out);
    CHECK(std::system(("bash -n '" + place.path("script") + "'").c_str()) == 0);
    process::Result const without = place.call({"submit", place.study(), "--array", "2", "--time",
                                                "1h", "--mem", "1G", "-o", place.path("other")});
    CHECK(without.code != 0); // no sbatch here, or none that answers
}

TEST_CASE("a level of the CPU is written into the script, and refused where none is",
          "[cli][cluster]")
{
    Place const place;
    std::vector<std::string> words = {
        "submit", place.study(), "-o", place.results(), "--print",  "--array", "2", "--time",
        "1h",     "--mem",       "1G", "--simd",        "x86-64-v3"};
    CHECK_THAT(place.call(words).out, Contains("-q --simd x86-64-v3 &"));
    words.insert(words.end(), {"--gres", "gpu:1"});
    process::Result const both = place.call(words);
    CHECK(both.code == 2);
    CHECK_THAT(both.err, Contains("--simd") && Contains("--gres"));
    process::Result const run = place.call(
        {"run", place.study(), "-o", place.results(), "--simd", "x86-64-v9", "--shard", "1/2"});
    CHECK(run.code == 2); // a typo, not a device that is missing
    CHECK_THAT(run.err, Contains("x86-64-v9") && Contains("x86-64-v3"));
    CHECK(place.call({"run", place.study(), "-o", place.results(), "-q", "--simd", "x86-64-v3"})
              .code == 0);
    std::string const runs = place.call({"status", place.results(), "--json"}).out;
    CHECK_THAT(runs, Contains("x86-64-v3"));
}

TEST_CASE("values of sbatch's options stay one word and one line", "[cli][cluster]")
{
    Place const place;
    auto const printed = [&](std::vector<std::string> const& options) {
        return scripts(place, place.results(), options);
    };
    std::string const text = printed({"--sbatch=--comment=a b", "--sbatch=--account=stats",
                                      "--sbatch=--mail-user='a b'", "--partition", "a b"})
                                 .out;
    for (char const* line : {"#SBATCH --comment='a b'\n", "#SBATCH --account=stats\n",
                             "#SBATCH --mail-user='a b'\n", "#SBATCH --partition='a b'\n"})
        CHECK_THAT(text, Contains(line));
    for (std::string const option : {"--sbatch=--comment=a\nrm -r x", "--partition=a\nb"}) {
        process::Result const refused = printed({option});
        CHECK(refused.code == 2);
        CHECK(refused.out.empty());
        CHECK_THAT(refused.err, Contains("a directive of sbatch is one line"));
    }
}

TEST_CASE("a % of the folder's name is no field of sbatch's", "[cli][cluster]")
{
    Place const place;
    std::string const folder = place.path("50%a of");
    std::string const text = scripts(place, folder, {}).out;
    CHECK_THAT(text, Contains("50%%a of'/log/%A_%a.log\n"));
    CHECK_THAT(text, Contains("50%%a of'/log/merge_%j.log\n"));
    CHECK_THAT(text, Contains("-o '" + folder + "'")); // no pattern
}

TEST_CASE("options of the run that it does not know, or that the script gives, are refused",
          "[cli][cluster]")
{
    Place const place;
    struct Refused
    {
        std::vector<std::string> words;
        char const* why;
    };
    for (Refused const& one : std::vector<Refused>{
             {{"--run=--shard=1/2"}, "--shard"},
             {{"--run=--no-params", "--run=--bogus"}, "no option --bogus"},
             {{"--run=-o", "--run=foo"}, "--output"},
             {{"--run=--max-stalled", "--run=9"}, "--max-stalled"},
             {{"--run=--set=study.seed=9"}, "--set"},
             {{"--run=--until-half-width=0.1"}, "--until-half-width"},
             {{"--run=--save-every"}, "--save-every"},
             {{"--run=--save-every", "--run=x"}, "x is no number"},
             {{"--run=other.toml"}, "one word too many"},
             {{"--run=--help"}, "help"},
             {{"--simd=x86-64-v3", "--run=--simd=x86-64-v4"}, "--simd"},
             {{"--sbatch=--array=1-3"}, "submit writes --array itself"},
             {{"--sbatch=-a1-3"}, "submit writes --array itself"},
             {{"--sbatch=--arr 1-3"}, "submit writes --array itself"},
             {{"--sbatch=--exclusive --output=x"}, "submit writes --output itself"},
             {{"--sbatch=--time=1"}, "give --time to submit"},
             {{"--sbatch=--mem=1G"}, "give --mem to submit"},
             {{"--sbatch=--dependency=afterok:3"}, "submit writes --dependency itself"},
             {{"--sbatch=-J", "--sbatch=x"}, "submit writes --job-name itself"},
             {{"--partition=low", "--sbatch=-p high"}, "submit writes --partition itself"},
             {{"--sbatch=qos=long"}, "no option of sbatch"}})
    {
        process::Result const refused = scripts(place, place.results(), one.words);
        INFO(one.words.back());
        CHECK(refused.code == 2);
        CHECK(refused.out.empty());
        CHECK_THAT(refused.err, Contains(one.why));
    }
    CHECK(scripts(place, place.results(),
                  {"--run=--save-every", "--run=0.2", "--run=-q", "--run=--time-budget=5m",
                   "--sbatch=--time-min=5", "--sbatch=--mem-bind=local", "--sbatch=-p low",
                   "--sbatch=--comment=a --array", "--sbatch=--gres-flags=disable-binding"})
              .code == 0);
}
