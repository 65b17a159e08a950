#pragma once

/// @file
/// Parts of a study that runs on several machines share out, each with a store file of its own.

#include <optional>
#include <string>

namespace moerate
{

/// Part i of n. It is no part of any identity: a study may go on with another n.
struct Shard
{
    int i = 1; ///< 1..n
    int n = 1;

    /// Whether the job of a number (from 0) belongs to it.
    bool has(long long number) const { return number % n == i - 1; }
    friend bool operator==(Shard const& a, Shard const& b) { return a.i == b.i && a.n == b.n; }
};

/// The number that decimal digits say, as it is written plainly; 0 for anything else.
int plain_number(std::string const& digits);

/// "3/7".
std::string shard_text(Shard const& shard);
/// The shard of "3/7"; none of any other text.
std::optional<Shard> shard_of(std::string const& text);

/// Files of a run in its folder: with the end "sqlite" its store, "lock" its lock, "log" its log.
/// "store.sqlite", of a shard "store.3of7.sqlite"; the log of a run is run.log, run.3of7.log.
std::string store_file(std::optional<Shard> const& shard, std::string const& end);

/// Whose store file has this name: no shard's if it is store.sqlite.
struct StoreFileName
{
    std::optional<Shard> shard;
};
/// None where a name is not that of a store: a copy or an attempt that somebody keeps beside them
/// is not the store.
std::optional<StoreFileName> store_file_name(std::string const& name);

/// Whether a name in a results folder is that of a store or of what goes with one: its journal,
/// its lock, its log, and what recover puts aside.
bool belongs_to_store(std::string const& name);

} // namespace moerate
