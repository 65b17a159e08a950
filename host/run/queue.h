#pragma once

/// @file
/// The jobs of a run, handed out to its workers in blocks.

#include "host/run/block_size.h"
#include "host/run/memory.h"

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace moerate
{

/// Jobs that wait, for several threads. Which worker gets which jobs cannot change a result.
class JobQueue
{
public:
    /// For `workers` workers; `stop` is asked before each block, by one thread at a time, and ends
    /// the work when it returns true.
    JobQueue(Study const& study, Plan const& plan, MissingJobs jobs, std::size_t workers,
             std::function<bool()> stop);

    /// Work of all jobs.
    Work const& total() const { return total_; }
    Work work(std::vector<Job> const& jobs) const;

    /// The next jobs that make a block: within the limits, but one job at least. Empty when nothing
    /// is left to be done.
    std::vector<Job> take(BlockLimits const& limits);
    /// Puts a block back to where it was taken from.
    void give_back(std::vector<Job> const& block);
    /// Device memory that a block needs.
    std::size_t bytes(std::vector<Job> const& block);

    /// Ends the work: nothing more is handed out.
    void close();
    /// Whether `stop` has ended the work.
    bool stopped() const;

private:
    bool ended();
    Job const* front();

    Study const& study_;
    Plan const& plan_;
    std::size_t workers_;
    std::function<bool()> stop_;
    Work total_;
    mutable std::mutex mutex_; // of all that follows
    MemoryModel memory_;
    MissingJobs missing_;  // made when they are asked for: there may be 2^31 of each data set
    std::deque<Job> jobs_; // the next ones, of them those given back
    bool stopped_ = false, closed_ = false;
};

} // namespace moerate
