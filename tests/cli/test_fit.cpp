#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

using nlohmann::json;

namespace
{

std::vector<std::string> const linear = {"--gate", "score=linear,normalizer=softmax", "--expert",
                                         "form=ridge,activation=identity", "--experts"};

std::vector<std::string> with(std::vector<std::string> words, std::vector<std::string> const& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// y = x1 for x1 < 0, else 3 - x1, nearly, in n lines.
std::string two_lines(int n)
{
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::normal_distribution<double> normal(0, 0.1);
    std::ostringstream text;
    text << "x1,y\n";
    for (int t = 0; t < n; ++t) {
        double const x = uniform(random);
        text << x << "," << (x < 0 ? x : 3 - x) + normal(random) << "\n";
    }
    return text.str();
}

/// Calls with the names of files in the place; the message has them as they are given.
void check_refused(Place const& place, std::vector<std::string> words, char const* message)
{
    for (std::string& word : words)
        if (word.find(".csv") != std::string::npos || word.find(".json") != std::string::npos)
            word = place.path(word);
    process::Result const run = place.call(words);
    std::string said = run.err;
    for (std::size_t at; (at = said.find(place.path(""))) != std::string::npos;)
        said.erase(at, place.path("").size());
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK_THAT(said, Catch::Contains(message));
}

} // namespace

TEST_CASE("fit finds a mixture in a CSV file, and predict repeats it", "[fit]")
{
    Place const place;
    std::string const data = place.path("data.csv");
    process::write_file(data, two_lines(500));
    process::Result const run = place.call(with({"fit", data}, with(linear, {"2"})));
    INFO(run.err);
    REQUIRE(run.code == 0);
    json const fit = json::parse(run.out);
    for (char const* key : {"measure", "status", "certified", "mse", "start_mse", "gradient_norm",
                            "predicted_gain", "iterations", "rank", "parameters", "at_bound",
                            "kinks", "aic", "bic", "standard_errors", "starts", "seconds"})
    {
        CAPTURE(key);
        CHECK(fit.contains(key));
    }
    CHECK(fit["mse"].get<double>() < 0.1); // noise 0.01, and the gate is steep, not a step
    CHECK(fit["at_bound"].get<int>() > 0);
    CHECK_THAT(run.err, Catch::Contains("on the box"));
    CHECK(fit["start_mse"].is_null());
    CHECK(fit["parameters"] == 8);
    CHECK(fit["starts"].size() == 8);
    CHECK_THAT(run.err, Catch::Contains("starts ("));

    std::string const fitted = place.path("fit.json");
    process::write_file(fitted, run.out);
    process::Result const predicted = place.call({"predict", fitted, data});
    REQUIRE(predicted.code == 0);
    std::istringstream lines(predicted.out);
    std::istringstream samples(process::read_file(data));
    std::string line, sample;
    std::getline(lines, line);
    std::getline(samples, sample);
    CHECK(line == "f,g1,g2,h1,h2");
    double square = 0;
    for (int t = 0; t < 500; ++t) {
        REQUIRE(std::getline(lines, line));
        std::getline(samples, sample);
        double f = 0, g1 = 0, g2 = 0, h1 = 0, h2 = 0;
        REQUIRE(std::sscanf(line.c_str(), "%lf,%lf,%lf,%lf,%lf", &f, &g1, &g2, &h1, &h2) == 5);
        CHECK(std::abs(g1 * h1 + g2 * h2 - f) < 1e-12);
        CHECK(std::abs(g1 + g2 - 1) < 1e-12);
        double const away = f - std::stod(sample.substr(sample.find(',') + 1));
        square += away * away / 500;
    }
    CHECK(square == Approx(fit["mse"].get<double>()).epsilon(1e-9));

    // Started there, by least squares or SGD, it stays about there.
    for (char const* estimator : {"lse", "sgd"}) {
        process::Result const again =
            place.call({"fit", data, "--start", fitted, "--estimator", estimator});
        INFO(again.err);
        REQUIRE(again.code == 0);
        json const second = json::parse(again.out);
        CHECK(second["start_mse"].get<double>() == Approx(fit["mse"].get<double>()).epsilon(1e-9));
        CHECK(second["mse"].get<double>() < 1.5 * fit["mse"].get<double>());
    }
}

TEST_CASE("fit and predict say what is wrong with their input", "[fit]")
{
    Place const place;
    process::write_file(place.path("data.csv"), two_lines(40));
    process::write_file(place.path("bad.csv"), "x1,y\n1,2\n3,x\n");
    process::write_file(place.path("wide.csv"), "x1,x2,y\n1,2,3\n");
    process::write_file(place.path("large.csv"), "x1,y\n1e200,2\n3,1\n");
    process::write_file(place.path("small.csv"), "x1,y\n1,2e-162\n3,1e-162\n");
    process::write_file(
        place.path("one.json"),
        R"({"d":1,"gate":{"score":"linear","normalizer":"softmax"},"expert":{"form":"constant"},
            "atoms":[{"gate":{"w":[0],"b":0},"expert":{"b":1}}]})");
    struct Case
    {
        std::vector<std::string> words;
        char const* message;
    };
    std::vector<Case> const cases = {
        {with({"fit", "none.csv"}, with(linear, {"2"})), "cannot read none.csv"},
        {with({"fit", "small.csv"}, with(linear, {"2"})),
         "column y holds no number above 2e-162 (their squares are below what float64 holds)"},
        {with({"fit", "bad.csv"}, with(linear, {"2"})), "bad.csv:3: column y holds \"x\""},
        {{"fit", "data.csv"}, "--gate is missing"},
        {{"fit", "data.csv", "--gate", "score=linear,normalizer=softmax"}, "--expert is missing"},
        {{"fit", "data.csv", "--gate", "score=linear,normalizer=softmax", "--expert",
          "form=constant"},
         "--experts is missing"},
        {with({"fit", "data.csv"}, with(linear, {"0"})), "--experts holds 0"},
        {with({"fit", "data.csv"}, with(linear, {"2,2"})), "--experts has several numbers"},
        {{"fit", "data.csv", "--gate", "score=lineer,normalizer=softmax", "--expert",
          "form=constant", "--experts", "2"},
         "linear"},
        {{"fit", "data.csv", "--gate", "linear", "--expert", "form=constant", "--experts", "2"},
         "--gate linear (key=value is needed)"},
        {{"fit", "data.csv", "--gate", "score=linear,score=cosine", "--expert", "form=constant",
          "--experts", "2"},
         "--gate has two values for score"},
        {with({"fit", "data.csv", "--set", "box=0"}, with(linear, {"2"})), "box"},
        {with({"fit", "data.csv", "--set", "boxes=3"}, with(linear, {"2"})), "boxes"},
        {with({"fit", "data.csv", "--estimator", "ols"}, with(linear, {"2"})), "ols"},
        {{"fit", "data.csv", "--estimator", "sgd", "--start", "one.json", "--starts", "2"},
         "--starts = 2 (sgd begins once"},
        {with({"fit", "data.csv", "--set", "kind=foo"}, with(linear, {"2"})), "--set kind=foo"},
        {with({"fit", "data.csv", "--box", "5", "--set", "box=3"}, with(linear, {"2"})),
         "--set box=3: (--box 5 says it, too)"},
        {with({"fit", "data.csv", "--start", "one.json"}, with(linear, {"3"})), "--start"},
        {{"fit", "data.csv", "--start", "one.json", "--experts", "3"}, "excludes --experts"},
        {{"identify", "--truth", "one.json", "--gate", "score=linear"}, "--gate excludes --truth"},
        {{"fit", "large.csv", "--start", "one.json"}, "column x1 holds numbers up to 1e+200"},
        {{"fit", "wide.csv", "--start", "one.json"}, "wide.csv has 2 inputs (one.json has d = 1)"},
        {{"fit", "-", "--start", "-"}, "both stdin"},
        {{"predict", "one.json", "wide.csv"}, "wide.csv has 2 inputs (one.json has d = 1)"},
        {{"predict", "-", "-"}, "both stdin"},
    };
    for (Case const& one : cases)
        check_refused(place, one.words, one.message);
}

TEST_CASE("sgd begins at blind starts where no start is given, and its best one is the fit",
          "[fit]")
{
    Place const place;
    std::string const data = place.path("data.csv");
    process::write_file(data, two_lines(500));
    process::Result const run =
        place.call(with({"fit", data, "--estimator", "sgd", "--starts", "5", "--set", "epochs=200",
                         "--set", "learning_rate=0.02"},
                        with(linear, {"2"})));
    INFO(run.err);
    REQUIRE(run.code == 0);
    json const fit = json::parse(run.out);
    REQUIRE(fit["starts"].size() == 5);
    double least = 1e300;
    for (json const& start : fit["starts"])
        if (start["mse"].is_number())
            least = std::min(least, start["mse"].get<double>());
    CHECK(fit["mse"].get<double>() == Approx(least).epsilon(1e-12));
    CHECK(fit["status"] == "ok");
    CHECK(fit["certified"] == false);
    CHECK(fit["start_mse"].is_null());
    json const lse = json::parse(place.call(with({"fit", data}, with(linear, {"2"}))).out);
    CHECK(least > 0.999 * lse["mse"].get<double>()); // no descent is below the minimum
}

TEST_CASE("fit says where it ended above its start, or above f = 0", "[fit]")
{
    Place const place;
    std::string const data = place.path("data.csv"), start = place.path("start.json");
    process::write_file(data, two_lines(500));
    process::write_file(start, place.call(with({"fit", data}, with(linear, {"2"}))).out);
    struct Case
    {
        char const* rate;
        char const* status;
        char const* note;
        int code;
    };
    for (Case const& one : {Case{"learning_rate=0.01", "ok", "", 0},
                            Case{"learning_rate=0.7", "no_descent", "above the start's", 0},
                            Case{"learning_rate=5", "diverged", "above that of f = 0", 3},
                            Case{"learning_rate=1e30", "not_finite", "left the finite", 3}})
    {
        process::Result const run = place.call({"fit", data, "--start", start, "--estimator", "sgd",
                                                "--set", "epochs=1", "--set", one.rate});
        CAPTURE(one.rate, run.err);
        CHECK(run.code == one.code);
        json const fit = json::parse(run.out);
        CHECK(fit["status"] == one.status);
        CHECK_THAT(fit["notes"].dump(), Catch::Contains(one.note));
    }
}

TEST_CASE("fit tells of each start as it ends, and traces its rounds", "[fit]")
{
    Place const place;
    std::string const data = place.path("data.csv"), trace = place.path("rounds.jsonl");
    process::write_file(data, two_lines(200));
    std::vector<std::string> const words =
        with({"fit", data, "--trace", trace, "--starts", "3"}, with(linear, {"2"}));
    process::Result const run = place.call(words);
    INFO(run.err);
    REQUIRE(run.code == 0);
    CHECK_THAT(run.err, Catch::Contains("1 of 3 starts done"));
    CHECK_THAT(run.err, Catch::Contains("3 of 3 starts done"));
    json const starts = json::parse(run.out)["starts"];
    std::istringstream lines(process::read_file(trace));
    std::size_t ended = 0;
    for (std::string line; std::getline(lines, line);) {
        json const round = json::parse(line);
        if (!round.contains("ended"))
            continue;
        CHECK(round["start"] == ended);
        CHECK(round["mse"] == starts[ended]["mse"]);
        CHECK_THAT(run.err, Catch::Contains("start " + std::to_string(ended + 1) + " (blind)"));
        ++ended;
    }
    CHECK(ended == 3);

    process::Result const again = place.call(words);
    CHECK(again.code == 2);
    CHECK_THAT(again.err, Catch::Contains("exists (it would be lost)"));
    CHECK(place.call(with(words, {"--force", "-q"})).err.empty());
}
