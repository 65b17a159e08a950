#pragma once

/// @file
/// Where workers leave what they have finished.

#include "host/run/plan.h"
#include "host/run/progress.h"
#include "host/run/trace.h"

#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace moerate
{

struct RunOptions;
struct RunReport;

/// Lines with the time in front, appended to a file. A log that cannot be written is no reason
/// to stop: everything in it is in the store as well. Lines that find no room are left out.
class Log
{
public:
    explicit Log(std::string const& file);
    ~Log();
    Log(Log const&) = delete;
    Log& operator=(Log const&) = delete;
    /// For several threads.
    void line(std::string const& text);

private:
    std::mutex mutex_;
    int descriptor_; // -1 where it cannot be opened
};

/// Takes finished blocks to the store, and into report, log and progress. One block at a time is
/// saved while the workers go on: a fit of 600 parameters takes 0.15 ms to save, which is nothing
/// beside the CPU's time for it, but a large part of a GPU's.
class Results
{
public:
    /// `trace`: null, or where the rounds of fits that are traced go.
    Results(Store& store, Log& log, RunReport& report, RunOptions const& options, Work const& total,
            std::size_t workers, Trace* trace);

    Trace const* trace() const { return trace_; }

    /// Says what a worker does from now on. For several threads.
    void working_on(std::string const& name) { progress_.at(name); }
    /// Has a block's fits, which took `seconds`, saved in one transaction, once all blocks before
    /// are saved. For several threads. Throws StoreError if one of these could not be.
    void save(std::vector<FitRow> rows, Work const& work, std::string const& device,
              double seconds);
    /// Waits until all blocks are saved. Throws StoreError.
    void finish();

private:
    void write(std::vector<FitRow>& rows, Work const& work, std::string const& device,
               double seconds);

    Store& store_;
    Log& log_;
    RunReport& report_;
    Trace* trace_;
    bool keep_parameters_;
    long long total_;
    double workers_;
    Progress progress_;
    std::mutex mutex_;         // of what follows
    std::future<void> saving_; // the last block; last member, as its end is waited for first
};

} // namespace moerate
