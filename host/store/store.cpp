#include "host/store/store.h"

#include "host/core/error.h"
#include "host/core/json.h"
#include "host/store/format1.h"
#include "host/store/found_files.h"
#include "host/store/identity_check.h"
#include "host/store/later_columns.h"
#include "host/store/rows.h"
#include "host/store/store_impl.h"
#include "host/study/identity.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ctime>
#include <filesystem>
#include <random>
#include <system_error>

namespace moerate
{
namespace
{

StoreError no_folder(std::string const& folder, std::string const& why)
{
    return StoreError(
        fmt::format("cannot make the folder {} ({}) name another folder with -o", folder, why));
}

/// Throws StoreError where a folder cannot be made since it, or one that it is in, is a file.
void check_place(std::string const& folder)
{
    namespace fs = std::filesystem;
    fs::path const whole = fs::absolute(folder).lexically_normal();
    std::error_code none;
    fs::path there = whole; // the part of it that exists
    while (there.has_relative_path() && !fs::exists(there, none))
        there = there.parent_path();
    if (!fs::is_directory(there, none))
        throw no_folder(folder, there == whole
                                    ? "it is a file"
                                    : std::make_error_code(std::errc::not_a_directory).message());
}

void make_folder(std::string const& folder)
{
    check_place(folder);
    std::error_code reason;
    std::filesystem::create_directories(folder, reason);
    if (!std::filesystem::is_directory(folder)) {
        if (reason == std::errc::no_space_on_device)
            throw Error(Exit::failure,
                        fmt::format("disk full: cannot make the folder {} ({}) free space "
                                    "and run again",
                                    folder, reason.message()));
        throw no_folder(folder, reason.message());
    }
}

/// Now, in UTC: "2024-05-22T13:05:09Z".
std::string utc_now()
{
    std::time_t const now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    std::size_t const size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return std::string(text, size);
}

/// 128 random bits, hexadecimal: no other run has this name.
std::string random_name()
{
    std::random_device random;
    std::string name;
    for (int i = 0; i < 4; ++i)
        name += fmt::format("{:08x}", random());
    return name;
}

/// Throws StoreError where the store in `file`, of the study of this id, cannot go on with `study`.
void check_same(Store const& store, std::string const& id, std::string const& file,
                Study const& study)
{
    if (id.empty())
        throw StoreError(fmt::format("{} is damaged (it holds no study) move it away", file));
    if (id != study.id)
        throw StoreError(
            fmt::format("{} holds study \"{}\" (the experiment file is study \"{}\") name "
                        "another folder with -o",
                        file, id, study.id));
    check_same_curves(store, study, file);
    check_same_targets(store, study, file);
}

/// Checks that an old store may go on with the study, and notes it there.
void settle_study(Store const& store, sqlite::Database& database, Study const& study)
{
    sqlite::Statement row(database, "SELECT id, toml FROM study");
    bool const some = row.step();
    check_same(store, some ? row.text(0) : "", database.file(), study);
    if (row.text(1) != study.resolved)
        sqlite::Statement(database, "UPDATE study SET toml = ?").with(study.resolved).run();
}

} // namespace

CellRow cell_row(Study const& study, Curve const& curve, int n)
{
    auto parameters = read_compact(canonical_curve(study, curve));
    parameters["n"] = n;
    return {cell_id(study, curve, n), curve.label, n, compact_json(parameters)};
}

Study stored_study(Store const& store)
{
    return parse_stored(store.study_text());
}

Study parse_stored(std::string const& text)
{
    try {
        return parse_study(text, "stored study", {}, ".", TextOf::store);
    } catch (UsageError const& error) {
        throw StoreError(
            fmt::format("the study of this store cannot be read ({}) use the moerate that "
                        "wrote it",
                        error.what()));
    }
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

sqlite::Database& Store::Impl::writer()
{
    if (!lock)
        throw std::logic_error("a store that was opened for reading was asked to write");
    return files.front()->database();
}

Store Store::create(std::string const& folder, Study const& study,
                    std::optional<Shard> const& shard)
{
    make_folder(folder);
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    impl->lock = std::make_unique<WriterLock>(folder, store_file(shard, "lock"));
    impl->files.push_back(std::make_unique<SourceFile>(std::make_unique<sqlite::Database>(
        folder + "/" + store_file(shard, "sqlite"), sqlite::Database::Mode::write)));
    sqlite::Database& database = impl->writer();
    bool const old = holds_store(database);
    database.execute("PRAGMA journal_mode = DELETE");
    database.execute("PRAGMA synchronous = FULL");
    database.execute("PRAGMA foreign_keys = ON");
    Store store(std::move(impl));
    store.transaction([&] {
        if (old) {
            settle_study(store, database, study);
        } else {
            create_schema(database);
            sqlite::Statement(database,
                              "INSERT INTO study (format_version, id, toml) VALUES ('', ?, ?)")
                .with(study.id, study.resolved)
                .run();
            mark_format(database);
        }
    });
    // After the study is known to be the same.
    migrate(database);
    add_later_columns(database);
    return store;
}

void Store::check_study(std::string const& folder, Study const& study)
{
    check_place(folder);
    others(folder, study, std::nullopt); // throws
    std::string const file = folder + "/" + store_file(std::nullopt, "sqlite");
    if (!std::filesystem::exists(file))
        return;
    Store const store = merged(folder);
    SourceFile& own = *store.impl_->files.front();
    if (own.ask(holds_store))
        check_same(store, study_column(own, "id"), file, study);
}

void Store::begin_run(RunRow const& run)
{
    transaction([&] {
        sqlite::Database& database = impl_->writer();
        sqlite::Statement insert(
            database, "INSERT INTO run (argv, \"commit\", dirty, build, simd, device, driver, "
                      "threads, started, host, job, shard, restart, uid) VALUES (?, ?, ?, ?, ?, "
                      "?, ?, ?, ?, ?, ?, ?, ?, ?)");
        insert
            .with(run.argv, run.commit, run.dirty ? 1 : 0, run.build, run.simd, run.device,
                  run.driver, run.threads, run.started.empty() ? utc_now() : run.started, run.host,
                  run.job, run.shard, run.restart, run.uid.empty() ? random_name() : run.uid)
            .run();
        impl_->run = database.integer("SELECT last_insert_rowid()");
    });
}

void Store::finish_run(std::string const& outcome)
{
    if (!impl_->run)
        return;
    transaction([&] {
        sqlite::Statement(impl_->writer(), "UPDATE run SET finished = ?, outcome = ? WHERE id = ?")
            .with(utc_now(), outcome, *impl_->run)
            .run();
    });
}

void Store::add_cells(std::vector<CellRow> const& cells)
{
    transaction([&] {
        sqlite::Statement insert(impl_->writer(),
                                 "INSERT INTO cell (id, label, n, parameters) VALUES (?, ?, ?, ?) "
                                 "ON CONFLICT (id) DO UPDATE SET label = excluded.label");
        for (CellRow const& cell : cells)
            insert.with(cell.id, cell.label, cell.n, cell.parameters).run();
    });
}

void Store::add_fits(std::vector<FitRow> const& fits)
{
    transaction([&] {
        RowWriter rows(impl_->writer());
        for (FitRow const& fit : fits)
            rows.add(fit, impl_->run);
    });
}

void Store::add_losses(std::string const& cell, int replicate, std::vector<LossRow> const& losses)
{
    transaction([&] {
        RowWriter rows(impl_->writer());
        for (LossRow const& loss : losses)
            rows.add(cell, replicate, loss);
    });
}

void Store::add_excess(std::vector<FitRow> const& fits)
{
    transaction([&] {
        sqlite::Statement fill(impl_->writer(),
                               "UPDATE fit SET excess = coalesce(excess, ?), admissible = "
                               "coalesce(admissible, ?), certified = coalesce(certified, ?) "
                               "WHERE cell = ? AND r = ?");
        for (FitRow const& fit : fits)
            fill.with(fit.excess, fit.admissible, fit.certified, fit.cell, fit.replicate).run();
    });
}

void Store::transaction(std::function<void()> const& work)
{
    Impl& impl = *impl_;
    sqlite::Database& database = impl.writer();
    if (impl.depth > 0) // part of the transaction around it
        return work();
    database.execute("BEGIN IMMEDIATE");
    ++impl.depth;
    try {
        work();
        database.execute("COMMIT");
    } catch (...) {
        --impl.depth;
        database.rollback();
        throw;
    }
    --impl.depth;
}

} // namespace moerate
