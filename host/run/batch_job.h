#pragma once

/// @file
/// What a cluster's batch system says of the job that this process belongs to: Slurm, Grid Engine,
/// PBS and LSF, all by variables of the environment.

#include "host/store/shard.h"

#include <functional>
#include <optional>
#include <string>

namespace moerate
{

/// The job's own names in run rows.
struct BatchJob
{
    std::string name;           ///< "slurm 1234_3"; empty outside of a batch system
    std::optional<int> restart; ///< how often it had been begun before (Slurm)
};

/// Value of a variable of the environment, empty where it is not set. Tests have their own.
using Environment = std::function<std::string(std::string const&)>;
std::string environment(std::string const& name);

BatchJob batch_job(Environment const& variable = environment);

/// The shard that --shard names: "3/7"; or, for "auto", that of the job array's task, and for
/// "auto/7" its number with this N, for systems that do not say how many tasks there are, and for
/// arrays with gaps. Throws UsageError for other texts, and where there is no such task.
Shard chosen_shard(std::string const& text, Environment const& variable = environment);

/// Name of this machine.
std::string host_name();

} // namespace moerate
