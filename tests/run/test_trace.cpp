// Traces: the rounds of some fits beside a run, which does the same fits without.

#include "host/core/error.h"
#include "tests/run/runs.h"
#include "tests/support/sanitized.h"

#include <fstream>
#include <map>
#include <utility>

using namespace moerate;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

/// The small study, whose ReLU fits by the sigmoid gate are least squares from three starts.
Study traced_study(std::vector<std::string> settings = {})
{
    settings.insert(settings.begin(), {"study.n=[64,100]", "study.replicates=2"});
    return parse_study(std::string(small::text) + "[fit.estimator]\nkind = \"lse\"\n"
                                                  "[fit.start]\nstarts = 3\nblind = 1\n",
                       "small.toml", settings);
}

std::vector<json> lines_in(std::string const& file)
{
    std::ifstream in(file);
    std::vector<json> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(json::parse(line));
    return lines;
}

RunOptions traced_to(std::string const& file, std::vector<FitName> const& fits = {})
{
    RunOptions options;
    options.trace = {file, fits};
    return options;
}

std::string refusal(Study const& study, std::string const& folder, RunOptions const& options)
{
    try {
        small::run(study, folder, options);
    } catch (UsageError const& error) {
        return error.what();
    }
    return "";
}

/// The lines of one start, from `at` on: its rounds and its end. Leaves `at` behind them.
void check_start(std::vector<json> const& lines, std::size_t& at, StartRecord const& stored)
{
    double mse = lines[at]["mse"];
    CHECK(lines[at]["stage"] == "start");
    int rounds = 0;
    for (++at; !lines[at].contains("ended"); ++at) {
        json const& line = lines[at];
        CHECK(line["round"] == ++rounds);
        CHECK((line["stage"] == "smooth" || line["stage"] == "kinks"));
        CHECK(line["damping"].get<double>() > 0);
        CHECK(line["accepted"] == (line["actual_gain"].get<double>() > 0));
        if (!line["accepted"])
            continue;
        CHECK(line["mse"].get<double>() < mse);
        mse = line["mse"];
    }
    CHECK(lines[at]["rounds"] == rounds);
    CHECK(lines[at]["ended"] == stored.ended);
    CHECK(lines[at]["kind"] == stored.kind);
    CHECK(lines[at]["mse"] == stored.mse);
    CHECK(mse == stored.mse); // the last accepted one is the end
    ++at;
}

} // namespace

TEST_CASE("a trace tells all rounds of the fits and changes none", "[run]")
{
    small::Folder const plain, traced;
    std::string const file = traced.path("rounds.jsonl");
    small::run(traced_study(), plain.path("store"));
    RunReport const report = small::run(traced_study(), traced.path("store"), traced_to(file));
    small::check_same_stores(plain.path("store"), traced.path("store"));
    CHECK(report.traced == 4); // by lse: 2 n, 2 replicates
    CHECK(report.to_trace == 4);
    std::vector<json> const lines = lines_in(file);
    Store const store = Store::open(traced.path("store"));
    std::size_t at = 0, fits = 0;
    bool kinks = false;
    for (json const& line : lines)
        kinks = kinks || line.value("stage", "") == "kinks";
    CHECK(kinks);
    std::map<std::pair<int, int>, FitRow> fit_of; // by n and replicate
    for (CellRow const& cell : store.cells())
        if (cell.label == "sigmoid")
            for (FitRow const& fit : store.fits(cell.id, false))
                fit_of[{cell.n, fit.replicate}] = fit;
    while (at < lines.size()) {
        json const& line = lines[at];
        REQUIRE(line["label"] == "sigmoid");
        FitRow const& fit = fit_of.at({line["n"], line["replicate"]});
        check_start(lines, at, fit.facts.starts.at(line["start"]));
        ++fits;
    }
    CHECK(fits == 12); // three starts each
}

TEST_CASE("a trace has the fits that are named, and is added to", "[run]")
{
    small::Folder const folder;
    std::string const file = folder.path("rounds.jsonl");
    RunReport report = small::run(traced_study({"study.replicates=1"}), folder.path("store"),
                                  traced_to(file, {{"sigmoid", 100, 0}}));
    CHECK(report.traced == 1);
    std::size_t const before = lines_in(file).size();
    for (json const& line : lines_in(file))
        CHECK((line["n"] == 100 && line["replicate"] == 0));
    report = small::run(traced_study(), folder.path("store"),
                        traced_to(file, {{"sigmoid", 100, 0}, {"sigmoid", 64, 1}}));
    CHECK(report.traced == 1); // the other one was stored before
    CHECK(report.to_trace == 2);
    std::vector<json> const lines = lines_in(file);
    REQUIRE(lines.size() > before);
    CHECK(lines[0]["n"] == 100);
    CHECK(lines[before]["n"] == 64);
}

TEST_CASE("traces that cannot be are refused before any work", "[run]")
{
    small::Folder const folder;
    std::string const file = folder.path("rounds.jsonl"), store = folder.path("store");
    auto const named = [&](FitName const& name) {
        return refusal(traced_study(), store, traced_to(file, {name}));
    };
    CHECK_THAT(named({"sigmiod", 64, 0}), Contains("no fit \"sigmiod\" (it has \"softmax\""));
    CHECK_THAT(named({"softmax", 64, 0}), Contains("\"softmax\" is fitted by sgd"));
    CHECK_THAT(named({"sigmoid", 65, 0}), Contains("n = 65 is not in the study (it has 64, 100)"));
    CHECK_THAT(named({"sigmoid", 64, 2}), Contains("no replicate 2 (the study has 0 to 1)"));
    CHECK_THAT(refusal(traced_study({"study.replicates=501"}), store, traced_to(file)),
               Contains("1002 fits are too many to trace all (1000 at most)"));
    CHECK_THAT(refusal(small::study(), store, traced_to(file)), Contains("leave --trace out"));
    CHECK_THROWS_WITH(small::run(traced_study(), store, traced_to(folder.path("none/rounds"))),
                      Contains("cannot write the trace"));
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK_FALSE(std::filesystem::exists(store));
}

TEST_CASE("a trace is added to, and nothing else is", "[run]")
{
    small::Folder const folder;
    std::string const file = folder.path("rounds.jsonl");
    auto const write = [&](std::string const& text) { std::ofstream(file) << text; };
    auto const content = [&] {
        std::ifstream in(file);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    Study const study = traced_study({sanitized ? "study.replicates=1" : "study.replicates=2"});
    for (char const* other :
         {"[study]\nid = \"x\"\n", "{\"a\": 1}\n", "\n", "SQLite format 3", "[1]"}) {
        CAPTURE(other);
        write(other);
        CHECK_THAT(refusal(study, folder.path("refused"), traced_to(file)),
                   Contains("rounds.jsonl is no trace"));
        CHECK(content() == other);
    }
    CHECK_FALSE(std::filesystem::exists(folder.path("refused")));
    write("");
    small::run(study, folder.path("first"), traced_to(file));
    std::string const first = content();
    REQUIRE_FALSE(first.empty());
    small::run(study, folder.path("second"), traced_to(file));
    CHECK(content() == first + first);
    write(first.substr(0, first.size() - 1)); // its last line has no end
    small::run(study, folder.path("third"), traced_to(file));
    CHECK(content() == first + first);
}
