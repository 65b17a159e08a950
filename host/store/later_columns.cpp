#include "host/store/later_columns.h"

#include "host/store/format1.h"
#include "host/store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace moerate
{
namespace
{

struct Field
{
    std::string name;
    std::string type; ///< "REAL"
};

/// A table as this version creates it.
struct Table
{
    std::string create; ///< its statement
    std::vector<Field> columns;
};

/// The tables of runs and results of this version by their names, read from a database that has
/// them.
std::map<std::string, Table> const& result_tables()
{
    static auto const tables = [] {
        sqlite::Database model(":memory:", sqlite::Database::Mode::write);
        create_run_table(model);
        create_result_tables(model);
        std::map<std::string, Table> found;
        sqlite::Statement row(model, "SELECT t.name, t.sql, c.name, c.type FROM sqlite_schema t, "
                                     "pragma_table_info(t.name) c WHERE t.type = 'table'");
        while (row.step()) {
            Table& table = found[row.text(0)];
            table.create = row.text(1);
            table.columns.push_back({row.text(2), row.text(3)});
        }
        return found;
    }();
    return tables;
}

/// The columns of a table that `rows`, a table or a query of the file, does not have.
std::vector<Field> lacking(sqlite::Database& database, Table const& table, std::string const& rows)
{
    std::vector<std::string> const present =
        sqlite::Statement(database, fmt::format("SELECT * FROM {}", rows)).columns();
    std::vector<Field> missing;
    for (Field const& column : table.columns)
        if (std::find(present.begin(), present.end(), column.name) == present.end())
            missing.push_back(column);
    return missing;
}

bool has_table(sqlite::Database& database, std::string const& name)
{
    return sqlite::Statement(database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND "
                                       "name = ?")
        .with(name)
        .step();
}

/// The statements that give a file what it lacks.
std::vector<std::string> additions(sqlite::Database& database)
{
    std::vector<std::string> statements;
    for (auto const& [name, table] : result_tables()) {
        if (!has_table(database, name)) {
            statements.push_back(table.create);
            continue;
        }
        for (Field const& column : lacking(database, table, name))
            statements.push_back(
                fmt::format("ALTER TABLE {} ADD COLUMN {} {}", name, column.name, column.type));
    }
    return statements;
}

} // namespace

std::string rows_of(sqlite::Database& database, std::string const& table)
{
    Table const& whole = result_tables().at(table);
    std::string const rows = table == "point" ? point_rows(database) : table;
    std::string nulls;
    if (rows == table && !has_table(database, table)) {
        for (Field const& column : whole.columns)
            nulls += fmt::format("NULL AS {}, ", column.name);
        return fmt::format("(SELECT {}NULL AS rowid WHERE 0)", nulls);
    }
    for (Field const& column : lacking(database, whole, rows))
        nulls += fmt::format(", NULL AS {}", column.name);
    if (nulls.empty())
        return rows;
    // A query has no rowid of its own, and losses are listed by it.
    return fmt::format("(SELECT {}*{} FROM {})", rows == table ? "rowid, " : "", nulls, rows);
}

std::vector<std::string> columns_of_table(std::string const& table)
{
    std::vector<std::string> names;
    for (Field const& column : result_tables().at(table).columns)
        names.push_back(column.name);
    return names;
}

void add_later_columns(sqlite::Database& database)
{
    if (additions(database).empty())
        return;
    database.execute("BEGIN IMMEDIATE");
    try {
        for (std::string const& statement : additions(database))
            database.execute(statement);
        mark_format(database);
        database.execute("COMMIT");
    } catch (...) {
        database.rollback();
        throw;
    }
}

} // namespace moerate
