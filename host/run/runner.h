#pragma once

/// @file
/// `moerate run`: does what a study asks for and its store does not hold.

#include "host/run/batch_job.h"
#include "host/run/failures.h"
#include "host/run/progress.h"
#include "host/run/trace.h"

#include <functional>
#include <string>
#include <vector>

namespace moerate
{

struct RunOptions
{
    bool keep_parameters = true; ///< false: parameters are not stored (--no-params)
    double block_seconds = 1.5;  ///< work between two saves, about
    int block_jobs = 0;          ///< jobs a block at most; 0: as block_seconds says
    std::vector<std::string> argv;
    TraceOptions trace;
    ProgressStyle progress;
    std::function<bool()> stop;                   ///< asked between blocks; true ends the run
    std::function<void(std::string const&)> warn; ///< told, before any fit, what may be amiss
    std::optional<Shard> shard; ///< does these jobs alone, into a store of their own
    BatchJob job;               ///< of the batch system, for the run's row
    int most_stalled = 0;       ///< runs in a row that may have stored nothing; 0: any number
};

/// What a run did.
struct RunReport
{
    long long fits = 0;          ///< done now
    long long failed = 0;        ///< of these
    long long reused = 0;        ///< asked for and stored before
    long long reused_failed = 0; ///< of these; not known to a shard
    long long losses = 0;        ///< measured now on fits stored before
    long long unmeasured = 0;    ///< losses that cannot be: fits stored without parameters
    long long compared = 0;      ///< fits stored before that have an excess now
    long long traced = 0;        ///< done now, with their rounds in the trace
    long long to_trace = 0;      ///< asked for there
    double sample_updates = 0;   ///< done now
    double seconds = 0;
    bool interrupted = false;
    std::vector<std::string> too_many_failed; ///< "label n=1000: 3 of 20 (3 in the steps)" above
                                              ///< study.max_failed
    StageCounts failed_at;                    ///< the fits that these count
};

/// What a study's results on a device are of, but for their rounding: its level, what its
/// estimators say (Estimator::arithmetic), and the revision of what its gates compute.
std::string level_of(DeviceInfo const& device, Study const& study);

/// Runs what is missing in `folder` on `devices`: measures missing losses of stored fits without
/// refitting, then does missing fits block by block, each saved in one transaction; one worker a
/// device takes blocks from one queue. Fits that any store of the folder holds are not done again.
/// Appends to folder/run.log, a shard to its own. The result of a fit depends on
/// the study and the kind of device alone, so that a run may be stopped, killed, continued,
/// extended by replicates, n, curves and losses, and done on any number of devices. Throws
/// StoreError; and DeviceError once all other devices are done, if one failed: what was finished is
/// stored, and the same call continues; and what Trace throws.
RunReport run_study(Study const& study, std::string const& folder, Devices const& devices,
                    RunOptions const& options);

} // namespace moerate
