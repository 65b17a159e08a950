#pragma once

/// @file
/// What a Store holds: one file that it writes, or all files of a folder that it reads.

#include "host/store/file_lock.h"
#include "host/store/schema.h"
#include "host/store/source_file.h"
#include "host/store/store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace moerate
{

struct Store::Impl
{
    std::string folder;
    std::unique_ptr<WriterLock> lock; ///< writer only
    std::vector<std::unique_ptr<SourceFile>> files;
    std::size_t study = 0;           ///< in files, whose study counts: that of the last run
    std::optional<std::int64_t> run; ///< id of the invocation that writes
    int depth = 0;                   ///< of nested transactions
    int threads = 1;                 ///< that read

    sqlite::Database& writer();
    /// Replicates that a query finds in any of the files, ascending.
    template <class... Values>
    std::vector<int> replicates(char const* query, Values const&... values)
    {
        std::set<int> found;
        for (auto const& file : files) {
            auto const more = file->ask([&](sqlite::Database& database) {
                std::vector<int> part;
                sqlite::Statement row(database, query);
                row.with(values...);
                while (row.step())
                    part.push_back(static_cast<int>(row.integer(0)));
                return part;
            });
            found.insert(more.begin(), more.end());
        }
        return {found.begin(), found.end()};
    }
};

/// The study of a stored text. Throws StoreError if this version cannot read it.
Study parse_stored(std::string const& text);

} // namespace moerate
