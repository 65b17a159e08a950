#pragma once

/// @file
/// What the replicates of a cell come to: location, spread and quantiles (interfaces.md, Rates).

#include "kernels/core/hd.h"
#include "kernels/core/task_launch.h"

#include <string_view>

namespace moerate
{

enum class Statistic : int
{
    mean,      ///< (1/R) sum v
    median,    ///< middle value, mean of the two middle ones for even R
    trimmed,   ///< mean without the floor(0.05 R) smallest and as many largest values
    geometric, ///< exp((1/R) sum log v); 0 if a value is 0, not a number if one is negative
};
constexpr int statistic_count = 4;

/// All statistics of the same values; not a number where there are none.
struct Statistics
{
    double of[statistic_count]; ///< by Statistic
};

/// Quantiles in a summary: the tails of 2.5 % and the quartiles (summary_share in quantile.h).
constexpr int summary_quantiles = 5;

/// Summary of R values.
struct Summary
{
    Statistics statistics;
    double sd;                          ///< sqrt(sum (v - mean)^2 / (R - 1)); none for R < 2
    double quantile[summary_quantiles]; ///< linear between order statistics, at p (R - 1)
};

/// Sorts one cell's values, on whose order a resample's statistics rest, and summarizes them.
struct SummaryTask
{
    static constexpr std::string_view name = "summary";
    static constexpr TaskLaunch launch{};

    int size;      ///< R, may be 0
    double* value; ///< in, out [R]: made ascending; no NaN
    int* index;    ///< in, out [R]: place of each value in its population, goes with it; ascending
    double* log;   ///< out [R]: of value
    int* rank;     ///< out: rank[index[r]] = r; other elements are left as they are
    Summary* summary; ///< out
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: some a value.
MOE_HD inline double work(SummaryTask const& task)
{
    return task.size;
}

MOE_END_ISA
