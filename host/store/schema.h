#pragma once

/// @file
/// Tables of a store file, its format version and its lock.

#include "host/store/sqlite.h"

#include <string>

namespace moerate
{

/// Format of the store, "major.minor". A newer major is refused; a minor only adds columns.
constexpr int store_major = 2;
constexpr int store_minor = 4;

/// Creates all tables; mark_format ends it. Call inside a transaction.
void create_schema(sqlite::Database& database);
/// Of these, the ones of results: fit, start, point, loss and target.
void create_result_tables(sqlite::Database& database);
/// The table of runs.
void create_run_table(sqlite::Database& database);
/// Marks the file, which holds its study, as one of this version's format.
void mark_format(sqlite::Database& database);
/// Major format of a store.
int format_of(sqlite::Database& database);

/// Whether the file holds a store (false: it is empty). Throws StoreError if it belongs to another
/// program or to a newer format.
bool holds_store(sqlite::Database& database);

} // namespace moerate
