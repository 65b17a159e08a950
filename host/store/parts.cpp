#include "host/store/columns.h"
#include "host/store/later_columns.h"
#include "host/store/store_impl.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace moerate
{
namespace
{

/// Invocations of a file, as they came: all, or those of a condition.
std::vector<RunRow> runs_in(sqlite::Database& database, std::string const& condition = "")
{
    std::vector<RunRow> runs;
    sqlite::Statement row(
        database, fmt::format("SELECT argv, \"commit\", build, simd, device, driver, started, "
                              "dirty, threads, host, job, shard, restart, uid, finished, outcome "
                              "FROM {}{} ORDER BY id",
                              rows_of(database, "run"), condition));
    while (row.step()) {
        RunRow run{row.text(0),  row.text(1),         row.text(2),
                   row.text(3),  row.text(4),         row.text(5),
                   row.text(6),  row.integer(7) != 0, static_cast<int>(row.integer(8)),
                   row.text(9),  row.text(10),        row.text(11),
                   std::nullopt, row.text(13),        row.text(14),
                   row.text(15)};
        if (!row.null(12))
            run.restart = static_cast<int>(row.integer(12));
        runs.push_back(std::move(run));
    }
    return runs;
}

FitCount fits_in(sqlite::Database& database)
{
    FitCount count;
    sqlite::Statement row(database, "SELECT status, count(*) FROM fit GROUP BY status");
    while (row.step()) {
        FitStatus const status = status_of(row.text(0), database.file());
        auto const fits = static_cast<int>(row.integer(1));
        count.fits += fits;
        count.failed += failed(status) ? fits : 0;
        count.no_descent += status == FitStatus::no_descent ? fits : 0;
    }
    return count;
}

std::string name_in_folder(SourceFile const& file)
{
    return std::filesystem::path(file.name()).filename().string();
}

} // namespace

std::vector<RunRow> Store::runs() const
{
    return runs_where([](sqlite::Database&) { return std::string(); });
}

std::vector<RunRow> Store::runs_with_fits() const
{
    return runs_where([](sqlite::Database& database) {
        return fmt::format(" WHERE id IN (SELECT run FROM {})", rows_of(database, "fit"));
    });
}

std::vector<RunRow>
Store::runs_where(std::function<std::string(sqlite::Database&)> const& condition) const
{
    auto const listed = [&](sqlite::Database& database) {
        return runs_in(database, condition(database));
    };
    std::vector<RunRow> runs;
    std::map<std::string, std::size_t> known; // a merged store has the runs of shards as well
    for (auto const& file : impl_->files)
        for (RunRow const& run : file->ask(listed)) {
            auto const [at, fresh] = known.emplace(run.uid, runs.size());
            if (fresh || run.uid.empty())
                runs.push_back(run);
            else if (!run.outcome.empty())
                runs[at->second] = run;
        }
    std::stable_sort(runs.begin(), runs.end(),
                     [](RunRow const& a, RunRow const& b) { return a.started < b.started; });
    return runs;
}

int Store::stalled_runs(std::string const& job) const
{
    std::int64_t stalled = 0;
    for (auto const& file : impl_->files)
        stalled += file->ask([&](sqlite::Database& database) {
            sqlite::Statement row(database,
                                  "SELECT count(*) FROM run WHERE outcome IS NOT 'done' AND "
                                  "coalesce(job, '') = ? AND id > coalesce((SELECT max(run) FROM "
                                  "fit), 0)");
            row.with(job);
            return row.step() ? row.integer(0) : std::int64_t(0);
        });
    return static_cast<int>(stalled);
}

bool Store::being_written() const
{
    auto const written = [&](auto const& file) {
        auto const name = store_file_name(name_in_folder(*file));
        return WriterLock::held(impl_->folder, store_file(name->shard, "lock"));
    };
    return impl_->lock != nullptr || std::any_of(impl_->files.begin(), impl_->files.end(), written);
}

std::vector<StorePart> Store::parts() const
{
    std::vector<StorePart> parts;
    for (auto const& file : impl_->files) {
        StorePart part;
        part.file = name_in_folder(*file);
        part.shard = store_file_name(part.file)->shard;
        part.count = file->ask(fits_in);
        std::vector<RunRow> const runs =
            file->ask([](sqlite::Database& database) { return runs_in(database); });
        if (!runs.empty())
            part.last = runs.back();
        part.being_written = WriterLock::held(impl_->folder, store_file(part.shard, "lock"));
        parts.push_back(std::move(part));
    }
    return parts;
}

} // namespace moerate
