#include "kernels/family/losses.h"
#include "kernels/family/scores.h"
#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using nlohmann::json;

TEST_CASE("version, help and usage errors have their exit codes", "[cli]")
{
    Place const place;
    process::Result const version = place.call({"--version"});
    CHECK(version.code == 0);
    CHECK(version.out.find("moerate ") == 0);
    CHECK(place.call({"--help"}).code == 0);
    for (char const* command :
         {"check", "plan", "run", "status", "rates", "eval", "loss", "list", "export", "doctor"})
    {
        process::Result const help = place.call({command, "--help"});
        CHECK(help.code == 0);
        CHECK(help.out.find("--quiet") != std::string::npos);
    }
    for (std::vector<std::string> const& words :
         std::vector<std::vector<std::string>>{{},
                                               {"fit"},
                                               {"compare"},
                                               {"run"},
                                               {"run", "a.toml", "--no-such-option"},
                                               {"list", "nothing"},
                                               {"export", "somewhere", "--format", "xml"},
                                               {"run", "a.toml", "--threads", "many"}})
    {
        process::Result const result = place.call(words);
        CHECK(result.code == 2);
        CHECK(result.out.empty());
        CHECK(result.err.find("moerate: error: ") == 0);
    }
}

TEST_CASE("list shows every member of every axis", "[cli]")
{
    Place const place;
    json const all = json::parse(place.call({"list", "--json"}).out);
    REQUIRE(all.size() == 7); // six axes, and the reasons against slopes
    CHECK(all["losses"].size() == moerate::Losses::size);
    moerate::for_each(moerate::Losses{}, [&](auto loss, int i) {
        CHECK(all["losses"][i]["name"] == std::string(loss.name));
        CHECK_FALSE(all["losses"][i]["source"].get<std::string>().empty());
    });
    process::Result const scores = place.call({"list", "scores"});
    moerate::for_each(moerate::Scores{}, [&](auto score, int) {
        CHECK(scores.out.find(std::string(score.formula)) != std::string::npos);
    });
    CHECK(scores.out.find("normalizers") == std::string::npos);
}

TEST_CASE("list names the parameters and the losses of scores and normalizers", "[cli]")
{
    Place const place;
    json const all = json::parse(place.call({"list", "--json"}).out);
    auto const entry = [&](char const* axis, std::string const& name) {
        for (json const& member : all.at(axis))
            if (member.at("name") == name)
                return member;
        return json();
    };
    auto const losses = [&](char const* axis, std::string const& name) {
        return entry(axis, name).at("losses").get<std::vector<std::string>>();
    };
    json const attention = entry("scores", "attention").at("parameters");
    REQUIRE(attention.size() == 4);
    CHECK(attention[0] == json({{"name", "K"}, {"shape", "r x d"}, {"of", "atom"}}));
    CHECK(attention[3] == json({{"name", "q"}, {"shape", "r"}, {"of", "all"}}));
    CHECK(entry("normalizers", "hierarchical").at("parameters")[0] ==
          json({{"name", "w"}, {"shape", "d"}, {"of", "group"}}));
    CHECK(entry("experts", "ffn").at("parameters").size() == 3);
    CHECK(losses("scores", "monomial") == std::vector<std::string>{"monomial.L2r", "monomial.L3",
                                                                   "sigmoid-monomial.L4",
                                                                   "sigmoid-monomial.L5"});
    CHECK(losses("normalizers", "hierarchical") ==
          std::vector<std::string>{"hierarchical.L5", "hierarchical.L6r"});
    for (char const* axis : {"scores", "normalizers"})
        for (json const& member : all.at(axis)) {
            CAPTURE(member.dump());
            CHECK_FALSE(member.at("losses").empty());
        }
    std::string const text = place.call({"list", "scores"}).out;
    CHECK(text.find("parameters A (d x d), w (d), b\n") != std::string::npos);
    CHECK(text.find("parameters K (r x d), kappa (r); of all atoms: Q (r x d), q (r)\n") !=
          std::string::npos);
    CHECK(text.find("losses monomial.L2r, monomial.L3, sigmoid-monomial.L4") != std::string::npos);
}

TEST_CASE("doctor describes build and machine", "[cli]")
{
    Place const place;
    json const facts = json::parse(place.call({"doctor", "--json"}).out);
    for (char const* key : {"version", "commit", "build", "compiler", "threads", "simd", "cuda",
                            "sqlite", "tbb", "fmt"})
        CHECK(facts.contains(key));
    CHECK(facts["threads"] >= 1);
    CHECK(facts["simd_available"].size() >= 1);
    CHECK(facts["cuda_devices"].is_array());
    if (facts["cuda_usable"].get<bool>()) {
        json const& board = facts["cuda_devices"].front();
        CHECK(board["device"] == "cuda:0");
        CHECK(board["memory_bytes"] >= board["free_bytes"]);
    }
    CHECK(place.call({"doctor"}).code == 0);
}

TEST_CASE("a CUDA device that is not there is exit 5 with the reason", "[cli]")
{
    Place const place;
    json const facts = json::parse(place.call({"doctor", "--json"}).out);
    if (!facts["cuda_usable"].get<bool>()) {
        process::Result const result =
            place.call({"run", place.study(), "-o", place.results(), "--device", "cuda"});
        CHECK(result.code == 5);
        CHECK(result.err.find("moerate: error: ") == 0);
        CHECK_FALSE(std::filesystem::exists(place.results()));
    }
    CHECK(place.call({"run", place.study(), "--device", "cuda:0,9999"}).code == 5);
    CHECK(place.call({"run", place.study(), "--device", "cuda:0,0"}).code == 2);
    CHECK(place.call({"run", place.study(), "--device", "tpu"}).code == 2);
}

TEST_CASE("check and plan read the study and its overrides", "[cli]")
{
    Place const place;
    CHECK(place.call({"check", place.study()}).code == 0);
    json const check = json::parse(place
                                       .call({"check", place.study(), "--json", "--set",
                                              "study.replicates=3", "--set", "study.n=[70,80]"})
                                       .out);
    CHECK(check["replicates"] == 3);
    CHECK(check["n"] == json({70, 80}));
    json const plan =
        json::parse(place.call({"plan", place.study(), "--json", "--device", "cpu"}).out);
    CHECK(plan["fits"] == 24);
    CHECK(plan["cells"].size() == 6);
    CHECK(plan["seconds"] > 0);
    CHECK(place.call({"plan", place.study()}).out.find("sample-updates") != std::string::npos);
}

TEST_CASE("from an experiment file to rates, status and export", "[cli]")
{
    Place const place;
    process::Result const run =
        place.call({"run", place.study(), "-o", place.results(), "--device", "cpu"});
    REQUIRE(run.code == 0);
    CHECK(run.out.find("softmax.L1") != std::string::npos);
    CHECK(run.err.find("24 of 24 fits") != std::string::npos);
    CHECK(run.err.find('\x1b') == std::string::npos); // not a terminal
    json const rates = json::parse(place.call({"rates", place.results(), "--json"}).out);
    CHECK(rates["rows"].size() == 2);
    for (char const* const threads : {"1", "2"})
        CHECK(json::parse(place
                              .call({"rates", place.results(), "--json", "--device", "cpu",
                                     "--threads", threads})
                              .out) == rates);
    json const facts = json::parse(place.call({"doctor", "--json"}).out);
    int const on_cuda = place.call({"rates", place.results(), "--device", "cuda"}).code;
    CHECK(on_cuda == (facts["cuda_usable"].get<bool>() ? 0 : 5));
    CHECK(place.call({"rates", place.results(), "--device", "tpu"}).code == 2);
    json const status = json::parse(place.call({"status", place.results(), "--json"}).out);
    REQUIRE(status["cells"].size() == 6);
    for (json const& cell : status["cells"])
        CHECK(cell["done"] == cell["planned"]);
    CHECK(status["last_run"]["outcome"] == "done");
    CHECK(place.call({"status", place.results()}).out.find("24 of 24 fits") != std::string::npos);
    json const plan =
        json::parse(place.call({"plan", place.study(), "-o", place.results(), "--json"}).out);
    CHECK(plan["fits"] == 0);
    CHECK(plan["cells"][0]["stored"] == 4);

    process::Result const again =
        place.call({"run", place.study(), "-o", place.results(), "-q", "--json"});
    CHECK(again.code == 0);
    CHECK(again.err.empty());
    CHECK(json::parse(again.out)["reused"] == 24);
}

TEST_CASE("export writes whole files and replaces none unasked", "[cli]")
{
    Place const place;
    REQUIRE(place.call({"run", place.study(), "-o", place.results(), "-q"}).code == 0);
    std::vector<std::string> words = {"export", place.results(), "--format", "csv"};
    process::Result const csv = place.call(words);
    CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 1 + 24);
    words.insert(words.end(), {"-o", place.path("fits.csv")});
    CHECK(place.call(words).code == 0);
    CHECK(process::read_file(place.path("fits.csv")) == csv.out);
    CHECK(place.call(words).code == 2);
    words.push_back("--force");
    CHECK(place.call(words).code == 0);
    json const document =
        json::parse(place.call({"export", place.results(), "--format", "json"}).out);
    CHECK(document["fits"].size() == 24);
    CHECK(place.call({"export", place.results(), "--format", "csv", "-o", "/no/such/x.csv"}).code ==
          1);
}

TEST_CASE("options that a command would pass over are refused", "[cli]")
{
    Place const place;
    std::string const study = place.study(), results = place.results();
    for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
             {"show", results, "--data"}, {"run", study, "-o", results, "--max-replicates", "9"}})
    {
        process::Result const run = place.call(words);
        CAPTURE(words, run.err);
        CHECK(run.code == 2);
        CHECK(run.out.empty());
        CHECK_THAT(run.err, Catch::Contains("--"));
    }
    CHECK_FALSE(std::filesystem::exists(results));
    CHECK(json::parse(place.call({"help", "keys", "--json"}).out).is_object());
    // --json is taken everywhere, also where what is printed has a form of its own.
    for (std::vector<std::string> const& words :
         std::vector<std::vector<std::string>>{{"completion", "bash", "--json"},
                                               {"check", study, "--toml", "--json"},
                                               {"help", "run", "--json"}})
        CHECK(place.call(words).code == 0);
}

TEST_CASE("whether the fitted family holds the truth is said, and of f if not of its parameters",
          "[cli]")
{
    Place const place;
    std::string const holds = "the fitted family does not hold the truth";
    std::vector<std::string> const pair{
        "--set", "fit.softmax.experts=2", "--set", "fit.sigmoid.experts=2",
        "--set", "study.n=[64, 100]",     "--set", "study.replicates=2"};
    auto const with_pair = [&](std::vector<std::string> words) {
        words.insert(words.end(), pair.begin(), pair.end());
        return place.call(words);
    };
    CHECK_THAT(with_pair({"check", place.study()}).out, !Catch::Contains(holds));
    CHECK_THAT(place.call({"check", place.study(), "--set", "truth.experts=3"}).out,
               Catch::Contains(holds));
    REQUIRE(with_pair({"run", place.study(), "-o", place.results(), "-q"}).code == 0);
    std::string const rates = place.call({"rates", place.results()}).out;
    CHECK_THAT(rates, Catch::Contains("has the function of the truth"));
    CHECK_THAT(rates, !Catch::Contains("does not hold the truth"));
    process::Result const constant = with_pair({"constant", place.study(), "--epsilon", "0.1"});
    CHECK_THAT(constant.out, Catch::Contains("the fitted class has f*, but by parameters"));
    CHECK_THAT(constant.out, Catch::Contains("one loss shows no trend"));
}
