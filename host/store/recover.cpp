#include "host/store/recover.h"

#include "host/core/error.h"
#include "host/store/found_files.h"
#include "host/store/later_columns.h"
#include "host/store/salvage.h"
#include "host/store/schema.h"
#include "host/store/store_impl.h"
#include "host/study/points.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <system_error>

namespace moerate
{
namespace
{

namespace fs = std::filesystem;

/// What is wrong with a file; empty if nothing is.
std::string fault_of(FoundFile const& file)
{
    try {
        SourceFile const sound(file.path, SourceFile::Reading::unlocked);
        return {};
    } catch (StoreError const& error) {
        return error.what();
    }
}

/// "FILE.damaged", or with a number, where nothing lies.
std::string free_name(std::string const& file)
{
    std::string name = file + ".damaged";
    for (int i = 2; fs::exists(name); ++i)
        name = fmt::format("{}.damaged{}", file, i);
    return name;
}

/// The study of any sound file of the folder; empty without one.
std::string study_of_neighbours(std::vector<FoundFile> const& files)
{
    for (FoundFile const& file : files) {
        try {
            SourceFile sound(file.path, SourceFile::Reading::unlocked, SourceFile::Check::never);
            std::string const text = study_column(sound, "toml");
            if (!text.empty())
                return text;
        } catch (StoreError const&) {
            // another damaged one
        }
    }
    return {};
}

/// The cells of the study in the new file, and tables of the points, starts and losses that a fit
/// has of each.
void add_cells(sqlite::Database& database, Study const& study)
{
    database.execute("CREATE TEMP TABLE has (cell TEXT, at TEXT)");
    database.execute("CREATE TEMP TABLE starts (cell TEXT PRIMARY KEY, count INTEGER)");
    database.execute("CREATE TEMP TABLE losses (cell TEXT, at TEXT, name TEXT, exponent REAL, "
                     "gauge TEXT, target TEXT)");
    sqlite::Statement cell(database, "INSERT INTO cell (id, label, n, parameters) VALUES (?, ?, ?, "
                                     "?) ON CONFLICT DO NOTHING"),
        has(database, "INSERT INTO has VALUES (?, ?)"),
        starts(database, "INSERT INTO starts VALUES (?, ?) ON CONFLICT DO NOTHING"),
        losses(database, "INSERT INTO losses VALUES (?, ?, ?, ?, ?, ?)");
    for (Curve const& curve : study.curves)
        for (int const n : study.n) {
            CellRow const row = cell_row(study, curve, n);
            int const count = curve.start.number.count;
            cell.with(row.id, row.label, row.n, row.parameters).run();
            starts.with(row.id, count > 1 ? count : 0).run();
            for (char const* at : fit_points)
                if (has_point(at, count)) {
                    has.with(row.id, std::string(at)).run();
                    for (LossSpec const& loss : curve.losses) {
                        LossKey const key = loss_key(loss, at);
                        losses.with(row.id, key.at, key.name, key.r, key.gauge, key.target).run();
                    }
                }
        }
}

/// Takes away what is not whole; counts what stays and what was lost. Where all starts, or all
/// losses, could be read none are missed: older versions stored no starts, and a loss that came
/// later, or another revision of it (loss_key), may not be measured yet. Lost ones are: `merge`
/// counts fits, so that nobody would measure them again.
void keep_whole(sqlite::Database& database, bool all_starts, bool all_losses, Recovered& result)
{
    for (char const* table : {"start", "point", "loss"}) // parts of fits that are gone
        database.execute(fmt::format("DELETE FROM {0} WHERE NOT EXISTS (SELECT 1 FROM fit f WHERE "
                                     "f.cell = {0}.cell AND f.r = {0}.r)",
                                     table));
    std::string broken = "CREATE TEMP TABLE broken AS SELECT cell, r FROM fit WHERE cell NOT IN "
                         "(SELECT id FROM cell) "
                         "OR EXISTS (SELECT 1 FROM has h WHERE h.cell = fit.cell AND NOT EXISTS "
                         "(SELECT 1 FROM point "
                         "p WHERE p.cell = fit.cell AND p.r = fit.r AND p.at = h.at))";
    for (char const* at : fit_points)
        if (every_fit_has(at)) // also those of n that have left the study
            broken += fmt::format(" OR NOT EXISTS (SELECT 1 FROM point p WHERE p.cell = fit.cell "
                                  "AND p.r = fit.r AND p.at = '{}')",
                                  at);
    if (!all_starts) // of cells that have left the study their number is not known
        broken += " OR (SELECT count(*) FROM start s WHERE s.cell = fit.cell AND s.r = fit.r) < "
                  "(SELECT count FROM starts t WHERE t.cell = fit.cell) OR cell NOT IN (SELECT "
                  "cell FROM starts)";
    if (!all_losses)
        broken +=
            " OR EXISTS (SELECT 1 FROM losses l WHERE l.cell = fit.cell AND NOT EXISTS "
            "(SELECT 1 FROM loss m WHERE m.cell = fit.cell AND m.r = fit.r AND m.at = l.at "
            "AND m.name = l.name AND m.exponent = l.exponent AND m.gauge = l.gauge AND "
            "l.target IN (m.target, m.target || ' 2'))) OR cell NOT IN (SELECT cell FROM losses)";
    database.execute(broken);
    result.lost = database.integer("SELECT count(*) FROM broken");
    for (char const* table : {"loss", "start", "point", "fit"})
        database.execute(
            fmt::format("DELETE FROM {} WHERE (cell, r) IN (SELECT cell, r FROM broken)", table));
    database.execute("DELETE FROM loss WHERE NOT EXISTS (SELECT 1 FROM point p WHERE p.cell = "
                     "loss.cell AND p.r = loss.r AND p.at = loss.at)");
    database.execute("UPDATE fit SET run = NULL WHERE run NOT IN (SELECT id FROM run)");
    result.fits = database.integer("SELECT count(*) FROM fit");
}

/// Makes the new file of a damaged one; false where nothing says what the study is.
bool rebuild(std::string const& file, std::string const& fresh, std::string const& spare_study,
             Recovered& result)
{
    Salvage damaged(file, file + ".salvage");
    if (damaged.format() == 1)
        throw StoreError(
            fmt::format("{} has format 1 (what is left of it does not fit into a new file) use the "
                        "moerate that wrote it, or move it away and run again; nothing was changed",
                        file));
    std::string study = damaged.study();
    if (study.empty())
        study = spare_study;
    if (study.empty())
        return false;
    Study const parsed = parse_stored(study);
    std::error_code none;
    fs::remove(fresh, none);
    sqlite::Database database(fresh, sqlite::Database::Mode::write);
    database.execute("BEGIN IMMEDIATE");
    create_schema(database);
    sqlite::Statement(database, "INSERT INTO study (format_version, id, toml) VALUES ('', ?, ?)")
        .with(parsed.id, study)
        .run();
    mark_format(database);
    add_cells(database, parsed); // what the file knew of them may be lost
    std::map<std::string, bool> whole;
    for (char const* table : {"cell", "run", "fit", "start", "point", "loss", "target"})
        whole[table] = damaged.copy_rows(table, database);
    if (!whole["target"]) // the next run searches again, and finds the same
        database.execute("DELETE FROM target");
    keep_whole(database, whole["start"], whole["loss"], result);
    database.execute("COMMIT");
    return true;
}

} // namespace

std::vector<Recovered> recover_stores(std::string const& folder)
{
    std::vector<Recovered> results;
    std::vector<FoundFile> const files = found_files(folder);
    for (FoundFile const& one : files) {
        std::string const fault = fault_of(one);
        if (fault.empty())
            continue;
        WriterLock const lock(folder, store_file(one.shard, "lock"));
        Recovered result;
        result.file = one.path;
        result.why = fault;
        result.kept = free_name(one.path);
        std::string const fresh = one.path + ".recovered";
        bool const rebuilt = rebuild(one.path, fresh, study_of_neighbours(files), result);
        std::error_code none;
        fs::rename(one.path, result.kept);
        fs::rename(one.path + "-journal", result.kept + "-journal", none);
        if (rebuilt)
            fs::rename(fresh, one.path);
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace moerate
