#pragma once

/// @file
/// Rows of the tables of results: their columns in the order in which they are read and bound, and
/// what is read.

#include "host/store/sqlite.h"
#include "host/store/store.h"

#include <optional>
#include <string>

namespace moerate
{

/// The value of a column of the row.
inline void read_value(sqlite::Statement const& row, int at, double& value)
{
    value = row.number(at);
}

inline void read_value(sqlite::Statement const& row, int at, std::string& value)
{
    value = row.text(at);
}

template <class Whole>
void read_value(sqlite::Statement const& row, int at, std::optional<Whole>& value)
{
    value.reset();
    if (!row.null(at))
        value = static_cast<Whole>(row.integer(at));
}

/// Columns of a fit in the order of read_fit and RowWriter::add.
std::string fit_columns();
/// A fit without starts, points and losses; `file` is for messages. Throws StoreError.
FitRow read_fit(sqlite::Statement const& row, std::string const& file);

/// Columns of a start in the order of read_start and RowWriter::insert, after (cell, r).
std::string start_columns();
/// The query of starts that read_start reads: the replicate, then the start.
std::string select_starts(sqlite::Database& database);
StartRecord read_start(sqlite::Statement const& row);

/// Columns of a point in the order in which RowWriter::insert binds them, after (cell, r).
std::string point_columns();
/// The query of points that read_point reads: the replicate, then the point.
std::string select_points(sqlite::Database& database, bool with_parameters);
Point read_point(sqlite::Statement const& row);

/// Columns of a loss in the order of read_loss and RowWriter::add, after (cell, r).
std::string loss_columns();
/// A loss whose columns begin at `at`.
LossRow read_loss(sqlite::Statement const& row, int at);

} // namespace moerate
