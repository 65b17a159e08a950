#pragma once

/// @file
/// What a study asks for, as a list of work: cells, the data sets they share, and what it costs.

#include "host/device/device.h"
#include "host/store/store.h"
#include "host/study/study.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// A cell: all replicates of one curve at one n. Curves that differ in their losses only share it.
struct Cell
{
    std::string id;
    int curve; ///< in study.curves, the first one with this id
    int n;
    std::vector<LossSpec> losses; ///< of all curves with this id, none twice
};

/// Data sets that several cells share: same truth, noise, precision and n; one a replicate.
struct DataSpec
{
    int curve; ///< in study.curves, any one that uses the data
    int n;
    std::vector<int> cells; ///< in Plan::cells
    StreamKey key;          ///< of its streams, replicate 0 (dear to compute: a hash of a text)
};

/// All fits that are asked for on one data set. Independent of all other jobs.
struct Job
{
    int data; ///< in Plan::data
    int replicate;
    std::vector<int> cells; ///< in Plan::cells; the fits to be done
};

/// The work of a study in its canonical order. Results depend neither on the order nor on how
/// jobs are grouped.
struct Plan
{
    std::vector<Cell> cells;
    std::vector<DataSpec> data;
};

/// What a list of jobs costs.
struct Work
{
    long long fits = 0;
    double sample_updates = 0;    ///< sum of epochs * n
    double regression_points = 0; ///< evaluation points of starts and fits
    double flops = 0;             ///< work of the tasks that generate, fit and measure

    Work& operator+=(Work const& other);
};

/// Cells and data sets of a study.
Plan make_plan(Study const& study);

/// Key of the streams of a job's data.
StreamKey key_of(Plan const& plan, Job const& job);

/// Identity of the truth behind a key: all its data share the evaluation points.
using TruthId = std::pair<std::uint32_t, std::uint32_t>;
TruthId truth_id(StreamKey const& key);

/// Jobs for every fit that `store` does not hold (all fits without one), in canonical order.
std::vector<Job> missing_jobs(Study const& study, Plan const& plan, Store const* store);

/// Whether the fits of a job are done in float64.
bool in_float64(Study const& study, Plan const& plan, Job const& job);

/// Cost of one job. Its memory: memory.h.
Work work_of(Study const& study, Plan const& plan, Job const& job);

} // namespace moerate
