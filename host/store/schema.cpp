#include "host/store/schema.h"

#include "host/core/error.h"
#include "host/store/columns.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

/// "MOER": marks the file as ours in SQLite's header.
constexpr int application_id = 0x4d4f4552;

/// "name REAL, " for each number that `each` names, with the type of other values.
template <class Each>
std::string columns_of(Each&& each)
{
    std::string columns;
    each([&](char const* name, auto const& value) {
        columns += fmt::format("{} {}, ", name, sql_type(value));
    });
    return columns;
}

std::string fit_table()
{
    FitRow const fit;
    return fmt::format(
        "CREATE TABLE fit (cell TEXT NOT NULL REFERENCES cell(id), r INTEGER NOT NULL, "
        "run INTEGER REFERENCES run(id), status TEXT NOT NULL, {}"
        "admissible INTEGER, empty INTEGER, iterations INTEGER NOT NULL, seconds REAL, {}"
        "PRIMARY KEY (cell, r)) STRICT",
        columns_of([&](auto&& f) { each_number(fit, f); }),
        columns_of([&](auto&& f) { each_fact(fit, f); }));
}

std::string start_table()
{
    StartRecord const start;
    return fmt::format("CREATE TABLE start (cell TEXT NOT NULL, r INTEGER NOT NULL, "
                       "number INTEGER NOT NULL, {}PRIMARY KEY (cell, r, number), "
                       "FOREIGN KEY (cell, r) REFERENCES fit(cell, r)) STRICT",
                       columns_of([&](auto&& f) { each_start_value(start, f); }));
}

std::string point_table()
{
    Point const point;
    return fmt::format("CREATE TABLE point (cell TEXT NOT NULL, r INTEGER NOT NULL, "
                       "at TEXT NOT NULL, {}params BLOB, PRIMARY KEY (cell, r, at), "
                       "FOREIGN KEY (cell, r) REFERENCES fit(cell, r)) STRICT",
                       columns_of([&](auto&& f) { each_point_number(point, f); }));
}

std::string loss_table()
{
    LossRecord const record{};
    return fmt::format(
        "CREATE TABLE loss (cell TEXT NOT NULL, r INTEGER NOT NULL, at TEXT NOT NULL, "
        "name TEXT NOT NULL, exponent REAL NOT NULL, gauge TEXT NOT NULL, target TEXT NOT NULL, {}"
        "empty INTEGER NOT NULL, cells TEXT NOT NULL, "
        "PRIMARY KEY (cell, r, at, name, exponent, gauge, target), "
        "FOREIGN KEY (cell, r, at) REFERENCES point(cell, r, at)) STRICT",
        columns_of([&](auto&& f) { each_loss_number(record, f); }));
}

std::string target_table()
{
    TargetRow const target;
    return fmt::format("CREATE TABLE target (id TEXT NOT NULL, number INTEGER NOT NULL, {}"
                       "params BLOB NOT NULL, depends_on TEXT NOT NULL, "
                       "PRIMARY KEY (id, number)) STRICT",
                       columns_of([&](auto&& f) { each_target_value(target, f); }));
}

} // namespace

void create_schema(sqlite::Database& database)
{
    database.execute("CREATE TABLE study (format_version TEXT NOT NULL, id TEXT NOT NULL, "
                     "toml TEXT NOT NULL) STRICT");
    create_run_table(database);
    database.execute("CREATE TABLE cell (id TEXT PRIMARY KEY, label TEXT NOT NULL, "
                     "n INTEGER NOT NULL, parameters TEXT NOT NULL) STRICT");
    create_result_tables(database);
    database.execute(fmt::format("PRAGMA application_id = {}", application_id));
}

void create_run_table(sqlite::Database& database)
{
    database.execute("CREATE TABLE run (id INTEGER PRIMARY KEY, argv TEXT NOT NULL, "
                     "\"commit\" TEXT NOT NULL, dirty INTEGER NOT NULL, build TEXT NOT NULL, "
                     "simd TEXT NOT NULL, device TEXT NOT NULL, driver TEXT NOT NULL, "
                     "threads INTEGER NOT NULL, started TEXT NOT NULL, finished TEXT, "
                     "outcome TEXT, host TEXT, job TEXT, shard TEXT, restart INTEGER, "
                     "uid TEXT) STRICT");
}

void create_result_tables(sqlite::Database& database)
{
    for (std::string const& table :
         {fit_table(), start_table(), point_table(), loss_table(), target_table()})
        database.execute(table);
}

void mark_format(sqlite::Database& database)
{
    database.execute(fmt::format("PRAGMA user_version = {}", store_major));
    sqlite::Statement(database, "UPDATE study SET format_version = ?")
        .with(fmt::format("{}.{}", store_major, store_minor))
        .run();
}

int format_of(sqlite::Database& database)
{
    return static_cast<int>(database.integer("PRAGMA user_version"));
}

bool holds_store(sqlite::Database& database)
{
    if (database.integer("SELECT count(*) FROM sqlite_schema") == 0)
        return false;
    if (database.integer("PRAGMA application_id") != application_id)
        throw StoreError(fmt::format("{} is not a store (it is a database of another program) name "
                                     "another folder; nothing was changed",
                                     database.file()));
    int const major = format_of(database);
    if (major > store_major)
        throw StoreError(fmt::format("{} has format {} (this moerate knows formats up to {}) use a "
                                     "newer moerate, or name another folder",
                                     database.file(), major, store_major));
    return true;
}

} // namespace moerate
