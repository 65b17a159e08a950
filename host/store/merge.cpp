#include "host/store/merge.h"

#include "host/core/error.h"
#include "host/store/found_files.h"
#include "host/store/identity_check.h"
#include "host/store/later_columns.h"
#include "host/store/schema.h"
#include "host/store/source_file.h"
#include "host/store/sqlite_errors.h"
#include "host/store/store_impl.h"
#include "host/store/table_copy.h"
#include "host/study/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <tuple>

namespace moerate
{
namespace
{

using RunIds = std::map<std::int64_t, std::int64_t>;

/// A file to be merged, with what is asked of all of them first.
struct Part
{
    std::unique_ptr<SourceFile> file;
    std::optional<Shard> shard;
    std::string study;   ///< resolved TOML
    std::string started; ///< of its last run

    /// The later run, of equals any, but always the same.
    friend bool operator<(Part const& a, Part const& b)
    {
        return std::tie(a.started, a.study) < std::tie(b.started, b.study);
    }
};

/// Opens a file; none where it holds nothing yet. Its pages are not checked: all rows of all tables
/// are read, and SQLite refuses a file that was cut off, or a page that is none.
std::optional<Part> opened(FoundFile const& found)
{
    Part part;
    part.file = std::make_unique<SourceFile>(found.path, SourceFile::Reading::unlocked,
                                             SourceFile::Check::never);
    part.shard = found.shard;
    if (!part.file->ask(holds_store))
        return std::nullopt;
    part.study = study_column(*part.file, "toml");
    part.started = last_start(*part.file);
    std::filesystem::path const path = found.path;
    if (WriterLock::held(path.parent_path().string(), store_file(found.shard, "lock")))
        part.file->copy_first();
    return part;
}

StoreError no_store(std::string const& folder)
{
    return StoreError(fmt::format("{} holds no store (there is no store.sqlite or "
                                  "store.<i>of<N>.sqlite) name folders that `moerate run` wrote",
                                  folder));
}

/// The files of all folders but `but`, each once. Throws StoreError for a folder without any that
/// is not the one of `but`.
std::vector<Part> parts_of(std::vector<std::string> const& folders, std::string const& but)
{
    namespace fs = std::filesystem;
    std::map<std::string, FoundFile> files; // by their true names
    std::error_code none;
    for (std::string const& folder : folders) {
        std::vector<FoundFile> const found = found_files(folder);
        if (found.empty() && !fs::equivalent(folder, fs::path(but).parent_path(), none))
            throw no_store(folder);
        for (FoundFile const& file : found)
            files.emplace(fs::weakly_canonical(file.path, none).string(), file);
    }
    std::vector<Part> parts;
    for (auto const& [name, file] : files)
        if (!fs::equivalent(file.path, but, none))
            if (auto part = opened(file))
                parts.push_back(std::move(*part));
    return parts;
}

/// What tells a run from all others; files before 2.3 have no name for it.
std::string name_of_run(std::int64_t id, std::string const& uid, std::string const& started,
                        std::string const& argv)
{
    return uid.empty() ? fmt::format("{} #{} {}", started, id, argv) : uid;
}

/// The runs of a file by their names.
std::map<std::string, std::int64_t> named_runs(sqlite::Database& database)
{
    std::map<std::string, std::int64_t> runs;
    sqlite::Statement row(
        database, fmt::format("SELECT id, uid, started, argv FROM {}", rows_of(database, "run")));
    while (row.step())
        runs[name_of_run(row.integer(0), row.text(1), row.text(2), row.text(3))] = row.integer(0);
    return runs;
}

/// Adds the runs of a file, and the ends of those that were at work before; returns their new ids.
RunIds copy_runs(sqlite::Database& from, sqlite::Database& to)
{
    RunIds ids;
    std::map<std::string, std::int64_t> const there = named_runs(to);
    std::string const columns = "argv, \"commit\", dirty, build, simd, device, driver, threads, "
                                "started, finished, outcome, host, job, shard, restart";
    sqlite::Statement row(
        from, fmt::format("SELECT {}, id, uid FROM {} ORDER BY id", columns, rows_of(from, "run")));
    constexpr int count = 15, started = 8, finished = 9, outcome = 10;
    sqlite::Statement insert(to, fmt::format("INSERT INTO run ({}, uid) VALUES (?, ?, ?, ?, ?, ?, "
                                             "?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                             columns));
    sqlite::Statement end(to, "UPDATE run SET finished = ?, outcome = ? WHERE id = ? AND "
                              "outcome IS NULL");
    while (row.step()) {
        std::int64_t const id = row.integer(count);
        std::string const name =
            name_of_run(id, row.text(count + 1), row.text(started), row.text(0));
        auto const known = there.find(name);
        if (known != there.end()) {
            ids[id] = known->second;
            if (!row.null(outcome))
                end.with(row.text(finished), row.text(outcome), known->second).run();
            continue;
        }
        insert.restart();
        for (int i = 0; i < count; ++i)
            insert.bind_value_of(i + 1, row, i);
        insert.bind(count + 1, name);
        insert.run();
        ids[id] = to.integer("SELECT last_insert_rowid()");
    }
    return ids;
}

void copy_cells(sqlite::Database& from, sqlite::Database& to)
{
    sqlite::Statement row(from, "SELECT id, label, n, parameters FROM cell ORDER BY rowid");
    sqlite::Statement insert(to, "INSERT INTO cell (id, label, n, parameters) VALUES (?, ?, ?, ?) "
                                 "ON CONFLICT DO NOTHING");
    while (row.step()) {
        insert.restart();
        for (int i = 0; i < 4; ++i)
            insert.bind_value_of(i + 1, row, i);
        insert.run();
    }
}

/// Adds all that a file holds. Throws StoreError where that is what no store can hold: the pages
/// of the file are read, not checked one by one. `before` as in copy_rows_of.
void copy_all(sqlite::Database& from, sqlite::Database& to, std::vector<std::string> const& before,
              MergeReport& report)
try {
    copy_cells(from, to);
    RunIds const runs = copy_runs(from, to);
    for (CopyRule const& rule : copy_rules()) {
        CopyCount const count = copy_rows_of(rule, from, to, runs, before);
        if (rule.table == "fit") {
            report.fits += count.added;
            report.there += count.there;
        } else if (rule.table == "loss") {
            report.losses += count.added;
        }
    }
} catch (sqlite::RefusedRow const& row) {
    sqlite::damaged(from.file(), row.what());
}

/// Throws StoreError where the files are not parts of one study.
void check_one_study(std::vector<Part const*> const& parts)
{
    Part const& first = *parts.front();
    for (Part const* part : parts)
        if (part->study != first.study)
            check_same_study(first.file->name(), parse_stored(first.study), part->file->name(),
                             parse_stored(part->study));
}

/// The shards of the N that ran last.
std::vector<Shard> last_shards(std::vector<Part> const& parts)
{
    Part const* last = nullptr;
    for (Part const& part : parts)
        if (part.shard && (last == nullptr || last->started < part.started))
            last = &part;
    std::vector<Shard> shards;
    for (Part const& part : parts)
        if (part.shard && part.shard->n == last->shard->n)
            shards.push_back(*part.shard);
    return shards;
}

/// The folders that are made with `folder`, the innermost first.
std::vector<std::filesystem::path> new_folders(std::string const& folder)
{
    namespace fs = std::filesystem;
    std::vector<fs::path> made;
    std::error_code none;
    for (fs::path at = fs::absolute(folder).lexically_normal();
         at.has_relative_path() && !fs::exists(at, none); at = at.parent_path())
        if (at.has_filename())
            made.push_back(at);
    return made;
}

} // namespace

void Store::merge_into(std::string const& folder, Study const& study,
                       std::function<void(sqlite::Database&)> const& copy)
{
    namespace fs = std::filesystem;
    std::string const file = folder + "/" + store_file(std::nullopt, "sqlite");
    bool const fresh = !fs::exists(file);
    std::vector<fs::path> const made = new_folders(folder);
    Store store = create(folder, study);
    try {
        store.take(study, copy);
    } catch (...) {
        // A store that this merge has made goes with it, while the lock is held.
        std::error_code none;
        bool empty = false;
        try {
            empty = fresh && store.runs().empty();
        } catch (StoreError const&) { // what is thrown is why the merge failed
        }
        if (empty) {
            for (char const* end : {"sqlite", "lock"})
                fs::remove(folder + "/" + store_file(std::nullopt, end), none);
            for (fs::path const& one : made)
                fs::remove(one, none); // if it is empty
        }
        throw;
    }
}

void Store::take(Study const& study, std::function<void(sqlite::Database&)> const& copy)
{
    sqlite::Database& database = impl_->writer();
    // The rows come from files that keep them, those that others refer to first.
    database.execute("PRAGMA foreign_keys = OFF");
    // Of all indices: rows come by file, and a page that is written twice costs more than memory.
    database.execute("PRAGMA cache_size = -262144");
    transaction([&] {
        copy(database);
        sqlite::Statement label(database, "UPDATE cell SET label = ? WHERE id = ?");
        std::set<std::string> named; // of curves that share a cell the first names it
        for (Curve const& curve : study.curves)
            for (int const n : study.n)
                if (std::string const id = cell_id(study, curve, n); named.insert(id).second)
                    label.with(curve.label, id).run();
    });
}

MergeReport merge_stores(std::vector<std::string> const& folders, std::string const& into)
{
    std::string const own = into + "/" + store_file(std::nullopt, "sqlite");
    std::vector<Part> parts = parts_of(folders, own);
    std::vector<Part const*> studies;
    for (Part const& part : parts)
        studies.push_back(&part);
    std::optional<Part> before;
    if (std::filesystem::exists(own) && (before = opened({own, std::nullopt})))
        studies.push_back(&*before);
    if (studies.empty())
        throw no_store(folders.front());
    check_one_study(studies);
    auto const latest = *std::max_element(studies.begin(), studies.end(),
                                          [](Part const* a, Part const* b) { return *a < *b; });
    Study const study = parse_stored(latest->study);
    before.reset();
    MergeReport report;
    Store::merge_into(into, study, [&](sqlite::Database& to) {
        std::vector<std::string> taken; // files
        for (Part& part : parts) {
            part.file->ask_once([&](sqlite::Database& from) {
                copy_all(from, to, taken, report);
                return true;
            });
            taken.push_back(part.file->name());
            part.file.reset(); // with its pages in memory
        }
    });
    report.files = static_cast<int>(parts.size());
    report.shards = last_shards(parts);
    return report;
}

} // namespace moerate
