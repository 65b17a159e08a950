#pragma once

/// @file
/// All files of a store made into one.

#include "host/store/store.h"

#include <string>
#include <vector>

namespace moerate
{

/// What a merge has done.
struct MergeReport
{
    int files = 0;             ///< read
    long long fits = 0;        ///< added
    long long there = 0;       ///< fits that were there before, or in two of the files
    long long losses = 0;      ///< added
    std::vector<Shard> shards; ///< of the files read, those of the last run's N
};

/// Copies the fits, losses, projections and runs of all store files of `folders` into
/// `into`/store.sqlite, in one transaction. The order of folders and files does not matter, nor how
/// often they are merged; memory does not grow with fits. What is merged stays where it is.
/// Throws StoreError where two files hold
/// different studies (naming the key) or different results of one fit, where one is damaged, and
/// where another process writes store.sqlite; nothing is changed then.
MergeReport merge_stores(std::vector<std::string> const& folders, std::string const& into);

} // namespace moerate
