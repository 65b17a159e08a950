#pragma once

/// @file
/// A study's work shared out to the tasks of a job array.

#include "host/run/plan.h"

#include <string>
#include <vector>

namespace moerate
{

/// What a shard lacks, of those that lack something.
struct MissingShard
{
    Shard shard;
    long long fits = 0;
};

/// What `store` lacks of a study, by the shards of `n` that would do it.
std::vector<MissingShard> missing_shards(Study const& study, Plan const& plan, Store const* store,
                                         int n);

/// "1,3-5": the numbers of shards, as job arrays are given.
std::string array_text(std::vector<MissingShard> const& shards);

} // namespace moerate
