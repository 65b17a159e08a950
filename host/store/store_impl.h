#pragma once

/// @file
/// What a Store holds: one file that it writes, or all files of a folder that it reads.

#include "host/store/schema.h"
#include "host/store/sqlite.h"
#include "host/store/store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace moerate
{

struct Store::Impl
{
    std::string folder;
    std::unique_ptr<WriterLock> lock; ///< writer only
    std::vector<std::unique_ptr<sqlite::Database>> files;
    std::optional<std::int64_t> run; ///< id of the invocation that writes
    int depth = 0;                   ///< of nested transactions

    sqlite::Database& writer();
};

} // namespace moerate
