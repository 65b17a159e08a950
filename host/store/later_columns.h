#pragma once

/// @file
/// Files of this major format whose minor is older: they lack tables or columns that came later.
/// What a table holds is said by create_result_tables alone.

#include "host/store/sqlite.h"

#include <string>
#include <vector>

namespace moerate
{

/// What stands for a table of results in a query: itself or, in a file that lacks columns of it,
/// its rows with these as NULL; no rows where the file lacks all of it. A file of format 1 counts
/// as one that lacks what its points_in does not have.
std::string rows_of(sqlite::Database& database, std::string const& table);

/// Names of the columns of such a table, as this version creates it.
std::vector<std::string> columns_of_table(std::string const& table);

/// Adds to the file of a writer the tables and columns of results that it lacks, in one
/// transaction, and marks it as one of this version's format; does nothing to a file that has
/// them all, whatever its minor. The columns are empty in the rows that are there, so a column that
/// a minor adds allows NULL. Throws as sqlite::Statement::step. Not inside a transaction.
void add_later_columns(sqlite::Database& database);

} // namespace moerate
