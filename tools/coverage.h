#pragma once

/// @file
/// What the parts of tools/coverage share.

#include "host/rates/bootstrap.h"

#include <array>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace moerate
{

/// The order of the table's columns.
constexpr std::array<Statistic, statistic_count> covered_statistics{
    Statistic::mean, Statistic::trimmed, Statistic::geometric, Statistic::median};

/// A distribution of replicates at some n, with the slopes of its own statistics.
struct Population
{
    std::string name;
    std::function<Samples(int replicates, std::mt19937_64& engine)> draw;
    std::array<double, statistic_count> slope; ///< by place in covered_statistics
    bool nested = false;                       ///< a replicate's values at all n are dependent
};

/// Log-normal and |t| distributions of scale n^-1/2: every statistic has the slope -1/2.
std::vector<Population> drawn_populations();

/// Loss, loss of the start, and regression error of the first curve of a store: its fits are the
/// population. Throws StoreError.
std::vector<Population> stored_populations(std::string const& folder);

/// `replicates` of `all` at each n, with replacement.
Samples drawn_from(Samples const& all, int replicates, std::mt19937_64& engine);

/// A 95 % interval; not a number where there is none.
struct Interval
{
    double lo, hi;
};

/// A way from replicates to intervals.
struct Method
{
    char const* name;
    char const* text; ///< for --help
    std::vector<Interval> (*intervals)(Device& device, Samples const& samples,
                                       Resampling const& resampling); ///< of covered_statistics
};

/// The program's own intervals first, then those that it could have.
std::vector<Method> const& methods();

/// The numbers behind one study of a line of the table.
std::mt19937_64 engine_of(unsigned seed, std::string const& name, int replicates, int study);

/// What the tests of one line and of a floor (host/rates/line_test.h) say of studies of a
/// population: shares of them.
struct LineVerdicts
{
    double not_one_line = 0; ///< p below its threshold
    double floor = 0;        ///< of mean errors that are flat over some last n
};
LineVerdicts line_verdicts(Device& device, Population const& population, int replicates,
                           int studies, unsigned seed);

/// Curves that are no line: log-normal 0.25 with a floor, log-normal 0.25 whose middle n is off.
std::vector<Population> bent_populations();

} // namespace moerate
