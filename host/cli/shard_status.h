#pragma once

/// @file
/// How far each shard of a store is.

#include "host/run/plan.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

/// One file of a store, and how far its shard is.
struct ShardStatus
{
    StorePart part;
    long long done = 0;    ///< fits of its jobs that any file holds
    long long planned = 0; ///< fits of its jobs
};

/// How a run ended; one without an end is at work where a process holds the lock of its file, else
/// it was killed, or could not write its end.
std::string outcome_of(RunRow const& run, bool being_written);

/// The files of a store of which any is a shard's; none of a store of one file.
std::vector<ShardStatus> shard_statuses(Study const& study, Plan const& plan, Store const& store);

/// A line a file.
std::string shard_table(std::vector<ShardStatus> const& shards);
nlohmann::ordered_json shards_json(std::vector<ShardStatus> const& shards);

/// What is known of a run, as `status --json` has it.
nlohmann::ordered_json run_json(RunRow const& run);

} // namespace moerate
