#pragma once

/// @file
/// Stores of format 1, where a fit's row held the numbers of its start and its end: no version
/// writes them any more, all read them.

#include "host/store/sqlite.h"

#include <string>

namespace moerate
{

/// What stands for the table `point`: itself or, in a file of format 1, a query of the rows that it
/// would have. All else that is read has kept its name. For queries, see rows_of.
std::string point_rows(sqlite::Database& database);

/// Brings the file of a writer from format 1 to that of this version, in one transaction; does
/// nothing to others. While that goes on, the file as it was lies beside it, under the name of
/// format1_copy, which is no name of a store. Throws StoreError, and Error with Exit::failure
/// (disk full); the file is as before then. Not inside a transaction.
void migrate(sqlite::Database& database);

/// "FILE.format1".
std::string format1_copy(std::string const& file);

} // namespace moerate
