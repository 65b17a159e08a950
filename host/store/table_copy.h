#pragma once

/// @file
/// Rows of a store's tables from one file into another.

#include "host/store/sqlite.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace moerate
{

/// What counts where both files have a row of the same key, by columns.h.
struct CopyRule
{
    enum class Kind
    {
        key,    ///< of the table
        strict, ///< a result: equal, or the files contradict each other
        soft,   ///< a result that one side may lack, and then gets from the other
        free,   ///< no result: how long it took, and in which run
    };
    std::string table;
    std::vector<std::string> columns;
    std::vector<Kind> kinds; ///< of each column
};

/// The tables of results, those that others refer to first.
std::vector<CopyRule> const& copy_rules();

/// What a copy has done.
struct CopyCount
{
    long long added = 0; ///< rows
    long long there = 0; ///< rows that the other file had
};

/// Adds the rows of `from` that `to` lacks, one after another, in the order in which they came, and
/// what `to` lacks of those that both have. `runs` gives the ids that runs of `from` have in `to`;
/// of a fit that was done twice the quicker run is kept, so that the order of copies does not
/// matter. Throws StoreError naming fit, column and files where both hold a different result: of
/// `before`, the files whose rows `to` has taken already, the one that has the row of `to`.
CopyCount copy_rows_of(CopyRule const& rule, sqlite::Database& from, sqlite::Database& to,
                       std::map<std::int64_t, std::int64_t> const& runs,
                       std::vector<std::string> const& before);

} // namespace moerate
