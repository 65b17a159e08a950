#include "host/store/format1.h"

#include "host/store/schema.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace moerate
{
namespace
{

// Format 1 is as it was: its columns stand here in full, those of today's in columns.h.

/// The rows of `point` from the table `fits` of format 1.
std::string points_in(char const* fits)
{
    return fmt::format(
        "(SELECT cell, r, 'start' AS at, start_mse AS mse, start_regression AS regression, "
        "start_expert_over AS expert_over, start_expert_exact AS expert_exact, "
        "start_expert_missed AS expert_missed, start_params AS params FROM {0} UNION ALL "
        "SELECT cell, r, 'fit', mse, regression, expert_over, expert_exact, expert_missed, params "
        "FROM {0})",
        fits);
}

/// Copies columns of a table or query into a table, in the order of the rows.
void copy_rows(sqlite::Database& database, char const* to, std::string const& from,
               char const* columns, char const* order)
{
    database.execute(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2} ORDER BY {3}", to,
                                 columns, from, order));
}

/// Makes the tables of this version from those of format 1.
void remake_tables(sqlite::Database& database)
{
    for (char const* table : {"fit", "loss"})
        database.execute(fmt::format("ALTER TABLE {0} RENAME TO old_{0}", table));
    for (char const* table :
         {"start", "target"}) // always empty, and a later minor may need the names
        database.execute(fmt::format("DROP TABLE {}", table));
    create_result_tables(database);
    copy_rows(database, "fit", "old_fit",
              "cell, r, run, status, mse_truth, excess, moved, admissible, empty, iterations, "
              "seconds",
              "rowid");
    copy_rows(database, "point", points_in("old_fit"),
              "cell, r, at, mse, regression, expert_over, expert_exact, expert_missed, params",
              "cell, r");
    copy_rows(database, "loss", "old_loss",
              "cell, r, at, name, exponent, gauge, target, value, mass, over, exact, missed, "
              "over_gate, over_expert, exact_gate, exact_expert, empty, cells",
              "rowid"); // losses are listed in the order in which they came
    for (char const* table : {"old_loss", "old_fit"})
        database.execute(fmt::format("DROP TABLE {}", table));
    mark_format(database);
}

} // namespace

std::string point_rows(sqlite::Database& database)
{
    return format_of(database) == 1 ? points_in("fit") : "point";
}

std::string format1_copy(std::string const& file)
{
    return file + ".format1";
}

void migrate(sqlite::Database& database)
{
    std::string const copy = format1_copy(database.file());
    if (format_of(database) == 1) {
        database.copy_to(copy);
        database.execute("BEGIN IMMEDIATE");
        try {
            remake_tables(database);
            database.execute("COMMIT");
        } catch (...) {
            database.rollback();
            throw;
        }
    }
    // Also one that a kill has left after the file was done.
    std::error_code nothing_lost;
    std::filesystem::remove(copy, nothing_lost);
}

} // namespace moerate
