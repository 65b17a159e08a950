/// @file
/// Coverage and mean width of the 95 % intervals of slopes that are known (docs/validation.md).

#include "tools/coverage.h"
#include "host/cli/output.h"
#include "host/cli/program.h"
#include "host/core/build.h"
#include "host/core/error.h"
#include "host/core/streams.h"
#include "tools/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace moerate
{
namespace
{

struct Options
{
    int studies = 1000;
    std::vector<int> replicates{10, 20, 50, 200};
    std::vector<std::string> cases, methods{"moerate"};
    std::string store;
    unsigned seed = 1;
    bool quick = false, json = false, lines = false;
};

void add_options(CLI::App& app, Options& o)
{
    CLI::Range const positive(1, 1000000);
    app.add_option("--studies", o.studies, "studies a line of the table")
        ->capture_default_str()
        ->check(positive);
    app.add_option("--replicates", o.replicates, "replicates of a study")
        ->capture_default_str()
        ->delimiter(',')
        ->check(CLI::Range(2, 1000000));
    app.add_option("--case", o.cases, "cases by name [all]");
    std::string known;
    std::vector<std::string> names{"all"};
    for (Method const& method : methods()) {
        names.push_back(method.name);
        known += fmt::format("\n  {}: {}", method.name, method.text);
    }
    app.add_option("--method", o.methods, "ways to an interval, or all:" + known)
        ->capture_default_str()
        ->check(CLI::IsMember(names));
    app.add_option("--store", o.store, "results folder whose first curve gives further cases");
    app.add_option("--seed", o.seed, "of replicates and draws")->capture_default_str();
    app.add_flag("--quick", o.quick, "200 studies of 10 and of 20 replicates");
    app.add_flag("--lines", o.lines,
                 "share of curves in which the tests of one line and of a floor see none, a floor");
    app.add_flag("--json", o.json, "one JSON object");
}

std::vector<Population> populations(Options const& o)
{
    std::vector<Population> all = drawn_populations();
    if (!o.store.empty())
        for (Population& population : stored_populations(o.store))
            all.push_back(std::move(population));
    if (o.lines)
        for (Population& population : bent_populations())
            all.push_back(std::move(population));
    if (o.cases.empty())
        return all;
    std::vector<Population> chosen;
    for (std::string const& name : o.cases) {
        auto const found = std::find_if(all.begin(), all.end(),
                                        [&](Population const& one) { return one.name == name; });
        if (found == all.end()) {
            std::string known;
            for (Population const& one : all)
                known += (known.empty() ? "" : ", ") + one.name;
            throw UsageError(fmt::format("--case {} is unknown (known: {})", name, known));
        }
        chosen.push_back(*found);
    }
    return chosen;
}

bool asked_for(Options const& o, Method const& method)
{
    return std::any_of(o.methods.begin(), o.methods.end(), [&](std::string const& name) {
        return name == "all" || name == method.name;
    });
}

/// How one method did on one population.
struct Coverage
{
    std::array<double, statistic_count> share{}; ///< of studies whose interval held the slope
    std::array<double, statistic_count> width{}; ///< mean over the studies
};

/// `studies` studies of `replicates` replicates each, the same ones for every method.
Coverage coverage(Device& device, Population const& population, Method const& method,
                  int replicates, int studies, unsigned seed)
{
    Coverage result;
    for (int study = 0; study < studies; ++study) {
        std::mt19937_64 engine = engine_of(seed, population.name, replicates, study);
        Samples const samples = population.draw(replicates, engine);
        Resampling resampling;
        resampling.key.key0 = seed;
        resampling.key.key1 = static_cast<std::uint32_t>(study);
        resampling.nested = population.nested;
        auto const intervals = method.intervals(device, samples, resampling);
        for (std::size_t s = 0; s < intervals.size(); ++s) {
            bool const holds =
                intervals[s].lo <= population.slope[s] && population.slope[s] <= intervals[s].hi;
            result.share[s] += (holds ? 1.0 : 0.0) / studies;
            result.width[s] += (intervals[s].hi - intervals[s].lo) / studies;
        }
    }
    return result;
}

nlohmann::ordered_json row_json(Population const& population, Method const& method, int replicates,
                                Coverage const& result)
{
    nlohmann::ordered_json row{
        {"case", population.name}, {"replicates", replicates}, {"method", method.name}};
    for (std::size_t s = 0; s < covered_statistics.size(); ++s)
        row[statistic_name(covered_statistics[s])] = {{"coverage", result.share[s]},
                                                      {"width", result.width[s]}};
    return row;
}

/// A name in a table, in which a bar would end the column.
std::string cell_text(std::string const& name)
{
    std::string text;
    for (char const c : name)
        text += c == '|' ? "\\|" : std::string(1, c);
    return text;
}

void print_head()
{
    print("| case | R | method |");
    for (Statistic const statistic : covered_statistics)
        print(" {} |", statistic_name(statistic));
    print("\n|---|---|---|---|---|---|---|\n");
}

void print_row(Population const& population, Method const& method, int replicates,
               Coverage const& result)
{
    print("| {} | {} | {} |", cell_text(population.name), replicates, method.name);
    for (std::size_t s = 0; s < covered_statistics.size(); ++s)
        print(" {:.1f} ({:#.3g}) |", 100 * result.share[s], result.width[s]);
    print("\n");
    std::fflush(stdout);
}

double seconds_since(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Measures, and prints each line of the table when it is there.
nlohmann::ordered_json measure(Options const& o)
{
    auto const device = make_cpu_device(1);
    auto rows = nlohmann::ordered_json::array();
    for (Population const& population : populations(o))
        for (int const replicates : o.replicates)
            for (Method const& method : methods()) {
                if (!asked_for(o, method))
                    continue;
                auto const begin = std::chrono::steady_clock::now();
                Coverage const result =
                    coverage(*device, population, method, replicates, o.studies, o.seed);
                say(stderr, fmt::format("{}, R = {}, {}: {:.1f} s\n", population.name, replicates,
                                        method.name, seconds_since(begin)));
                rows.push_back(row_json(population, method, replicates, result));
                if (!o.json)
                    print_row(population, method, replicates, result);
            }
    return rows;
}

/// The same for the tests of one line and of a floor.
nlohmann::ordered_json measure_lines(Options const& o)
{
    auto const device = make_cpu_device(1);
    auto rows = nlohmann::ordered_json::array();
    if (!o.json)
        print("| case | R | not one line | floor |\n|---|---|---|---|\n");
    for (Population const& population : populations(o))
        for (int const replicates : o.replicates) {
            LineVerdicts const result =
                line_verdicts(*device, population, replicates, o.studies, o.seed);
            rows.push_back({{"case", population.name},
                            {"replicates", replicates},
                            {"not_one_line", result.not_one_line},
                            {"floor", result.floor}});
            if (o.json)
                continue;
            print("| {} | {} | {:.1f} | {:.1f} |\n", cell_text(population.name), replicates,
                  100 * result.not_one_line, 100 * result.floor);
            std::fflush(stdout);
        }
    return rows;
}

int coverage_main(int argc, char** argv)
{
    Options o;
    CLI::App app("How often 95 % intervals of slopes hold the true slope, and how wide they are");
    add_options(app, o);
    if (std::optional<int> const done = parse_options(app, argc, argv, "tools/coverage"))
        return *done;
    if (o.quick && app.count("--studies") == 0)
        o.studies = 200;
    if (o.quick && app.count("--replicates") == 0)
        o.replicates = {10, 20};
    double const error = std::sqrt(0.95 * 0.05 / o.studies);
    if (!o.json && !o.lines)
        print_head();
    auto const rows = o.lines ? measure_lines(o) : measure(o);
    if (o.json)
        print_json({{"version", this_build().version},
                    {"commit", this_build().commit},
                    {"studies", o.studies},
                    {"seed", o.seed},
                    {"error", error},
                    {"rows", rows}});
    else if (o.lines)
        print("\nShare of studies in %, moerate {} ({}), {} studies a line, seed {}.\n",
              this_build().version, this_build().commit, o.studies, o.seed);
    else
        print("\nShare of studies whose 95 % interval held the slope, in % (mean width). moerate "
              "{} ({}), {} studies a line,\nseed {}: standard error of a share of 95 % is "
              "{:.2f}.\n",
              this_build().version, this_build().commit, o.studies, o.seed, 100 * error);
    return 0;
}

} // namespace

std::mt19937_64 engine_of(unsigned seed, std::string const& name, int replicates, int study)
{
    std::vector<unsigned> words{seed, static_cast<unsigned>(replicates),
                                static_cast<unsigned>(study)};
    words.insert(words.end(), name.begin(), name.end());
    std::seed_seq sequence(words.begin(), words.end());
    return std::mt19937_64(sequence);
}

} // namespace moerate

int main(int argc, char** argv)
{
    return moerate::run_program("moerate-coverage",
                                [&] { return moerate::coverage_main(argc, argv); });
}
