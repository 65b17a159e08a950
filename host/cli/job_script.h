#pragma once

/// @file
/// Scripts of batch jobs for Slurm.

#include <string>
#include <vector>

namespace moerate
{

/// What the scripts of a study's job array say.
struct ArrayJob
{
    std::string name;                 ///< of the study
    std::string program;              ///< path of moerate
    std::string folder;               ///< of the results, which holds experiment.toml; absolute
    std::string tasks;                ///< "1-7": of the array, numbers of shards
    int shards = 1;                   ///< N
    double seconds = 0;               ///< limit of a task's time
    std::string memory;               ///< of a task, as Slurm has it
    int cpus = 1;                     ///< of a task
    std::string partition, gres;      ///< empty: what the cluster gives
    std::vector<std::string> options; ///< of sbatch: --name=value
    std::vector<std::string> run;     ///< further options of `moerate run`
};

/// Runs one shard a task. Stops at the next block on SIGTERM and before the time limit, and then
/// puts itself into the queue again. Both throw UsageError for options that a line cannot hold, and
/// for those of sbatch that they write themselves.
std::string array_script(ArrayJob const& job);

/// Merges the shards, and says what is missing.
std::string merge_script(ArrayJob const& job);

} // namespace moerate
