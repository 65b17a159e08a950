#pragma once

/// @file
/// The files that are a folder's store.

#include "host/store/shard.h"
#include "host/store/source_file.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace moerate
{

/// A file of a folder's store.
struct FoundFile
{
    std::string path;
    std::optional<Shard> shard;
    friend bool operator<(FoundFile const& a, FoundFile const& b)
    {
        auto const order = [](FoundFile const& file) { // shards of several N may lie side by side
            Shard const shard = file.shard.value_or(Shard{0, 0});
            return std::tuple(shard.n, shard.i);
        };
        return order(a) < order(b);
    }
};

/// The files of the store in a folder, in the order of reading; none where there is no store.
/// Throws StoreError where the folder cannot be read.
std::vector<FoundFile> found_files(std::string const& folder);

/// A column of a file's study; as of ask_early.
std::string study_column(SourceFile& file, char const* column);

/// When the last run of a file began; empty without runs. As of ask_early.
std::string last_start(SourceFile& file);

} // namespace moerate
