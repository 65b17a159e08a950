#pragma once

/// @file
/// Where workers leave what they have finished.

#include "host/run/plan.h"
#include "host/run/progress.h"

#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace moerate
{

struct RunOptions;
struct RunReport;

/// Lines with the time in front, appended to DIR/run.log. A log that cannot be written is no reason
/// to stop: everything in it is in the store as well.
class Log
{
public:
    explicit Log(std::string const& folder) : out_(folder + "/run.log", std::ios::app) {}
    void line(std::string const& text);

private:
    std::ofstream out_;
};

/// Store, report, log and progress of a run, for several threads.
class Results
{
public:
    Results(Store& store, Log& log, RunReport& report, RunOptions const& options,
            Work const& total);

    /// Saves a block's fits, which took `seconds`, in one transaction. Throws StoreError.
    void save(std::vector<FitRow>& rows, Work const& work, DeviceInfo const& device,
              double seconds);
    /// A line in the log.
    void note(std::string const& text);

private:
    std::mutex mutex_;
    Store& store_;
    Log& log_;
    RunReport& report_;
    bool keep_parameters_;
    long long total_;
    Progress progress_;
};

} // namespace moerate
