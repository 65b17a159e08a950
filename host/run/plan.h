#pragma once

/// @file
/// What a study asks for, as a list of work: cells, the data sets they share, and what it costs.

#include "host/device/device.h"
#include "host/store/store.h"
#include "host/study/study.h"

#include <cstdint>
#include <optional>
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

/// Identity of a truth, by its key: all its data share the evaluation points.
using TruthId = std::pair<std::uint32_t, std::uint32_t>;
TruthId truth_id(StreamKey const& key);

/// Data sets that several cells share: same truth, noise and n; one a replicate. Their numbers are
/// the same draws in either precision, rounded to it.
struct DataSpec
{
    int curve; ///< in study.curves, any one that uses the data
    int n;
    std::vector<int> cells; ///< in Plan::cells
    StreamKey key;          ///< of its streams, replicate 0 (dear to compute: a hash of a text)
    TruthId truth;          ///< behind it: the key's own, unless its fits have truths of their own
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
    /// [curves] time a flop of a fit takes to that of the study's fastest fits, where it has been
    /// measured (time_model.h); else empty.
    std::vector<double> slowness;
};

/// What a list of jobs costs.
struct Work
{
    long long fits = 0;
    double sample_updates = 0;    ///< of the fits (FitCost)
    double regression_points = 0; ///< evaluation points of starts and fits
    double flops = 0;             ///< work of the tasks that generate, fit and measure
    double effort = 0;            ///< flops, each as often as it takes longer (Plan::slowness)
    long long starts = 0;         ///< of the fits: what can go side by side

    Work& operator+=(Work const& other);
};

/// The same work `times` over.
Work operator*(long long times, Work const& work);

/// Cells and data sets of a study.
Plan make_plan(Study const& study);

/// One line of a list of a study's work, as the rates have their rows: a curve with one of its
/// losses, at one n. Curves and losses that share a cell have a line each.
struct PlanLine
{
    int curve; ///< in study.curves
    LossSpec loss;
    int cell; ///< in Plan::cells
};

/// The lines of a study in the order of its rates: by curve, loss and n.
std::vector<PlanLine> plan_lines(Study const& study, Plan const& plan);

/// Key of the streams of a job's data.
StreamKey key_of(Plan const& plan, Job const& job);

/// The number of each job of a study, whatever is stored of them, by falling cost of all its fits:
/// every N-th of them is as much work as every other N-th, but for one job.
class JobNumbers
{
public:
    JobNumbers(Study const& study, Plan const& plan);
    long long of(int data, int replicate) const { return first_[data] + replicate; }

private:
    std::vector<long long> first_; ///< by kind of data: that of replicate 0
};

/// What a run need not do: fits that other stores hold, and the jobs of other shards.
struct Share
{
    Store const* others = nullptr;
    std::optional<Shard> shard; ///< none: all jobs
};

/// Jobs for every fit that a store does not hold, in canonical order, one by one: a plan of many
/// replicates is never held as a list.
class MissingJobs
{
public:
    /// Without a store all fits are missing. Study and plan must outlive the object.
    MissingJobs(Study const& study, Plan const& plan, Store const* store, Share const& share = {});

    /// Before the first job: they come in passes over all kinds of data, each pass of a tenth of
    /// the replicates or of as many as give a kind `least_fits` fits. So what is finished is a
    /// smaller study of all n at any time, and how long it took speaks of what is left.
    void in_passes(int least_fits);
    /// The next job; nothing after the last one.
    std::optional<Job> next();
    /// Cost of all jobs, whether they were given or not. Replicates are counted, not walked
    /// through.
    Work work() const;
    /// Fits of a cell that are asked for and stored.
    int stored(int cell) const;

private:
    bool missing(int cell, int replicate) const;
    bool ours(int data, int replicate) const;
    long long ours_on(int data) const;
    Work work_on(int data) const;

    Study const* study_;
    Plan const* plan_;
    JobNumbers numbers_;
    std::optional<Shard> shard_;
    std::vector<std::vector<int>> stored_; ///< by cell: replicates asked for and stored, ascending
    int pass_;                             ///< replicates of a pass
    int begin_ = 0;                        ///< of the pass
    int data_ = 0, replicate_ = 0;         ///< of the next job
};

/// All of them as a list.
std::vector<Job> missing_jobs(Study const& study, Plan const& plan, Store const* store);

/// Whether the fits of a cell are done in float64.
bool in_float64(Study const& study, Plan const& plan, int cell);

/// The cells of `jobs` of one precision, and the jobs that have any. Each precision of a job has
/// data and fits of its own.
std::vector<Job> jobs_in(Study const& study, Plan const& plan, std::vector<Job> const& jobs,
                         bool float64);

/// Cost of one job. Its memory: memory.h.
Work work_of(Study const& study, Plan const& plan, Job const& job);

} // namespace moerate
