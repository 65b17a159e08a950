#include "host/store/store.h"

#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/file_lock.h"
#include "host/store/found_files.h"
#include "host/store/identity_check.h"
#include "host/store/rows.h"
#include "host/store/store_impl.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace moerate
{
namespace
{

Study study_of(SourceFile& file)
{
    return parse_stored(study_column(file, "toml"));
}

/// Adds the losses that the same fit has in another file alone.
void add_other_losses(FitRow& fit, FitRow const& other)
{
    for (Point const& point : other.points) {
        std::vector<LossRow>& losses = fit.at(point.at).losses;
        for (LossRow const& loss : point.losses)
            if (std::none_of(losses.begin(), losses.end(),
                             [&](LossRow const& known) { return known.key == loss.key; }))
                losses.push_back(loss);
    }
}

} // namespace

Store Store::open(std::string const& folder, int threads)
{
    auto impl = std::make_unique<Impl>();
    impl->threads = threads;
    impl->folder = folder;
    std::string last_run;
    std::vector<FoundFile> const found = found_files(folder);
    if (found.empty())
        throw StoreError(
            fmt::format("{} holds no store (there is no store.sqlite) name the folder that "
                        "`moerate run` wrote",
                        folder));
    for (FoundFile const& one : found) {
        bool const locked = !one.shard && can_lock(one.path);
        auto file = std::make_unique<SourceFile>(
            one.path, locked ? SourceFile::Reading::locked : SourceFile::Reading::unlocked,
            threads > 1 ? SourceFile::Check::beside : SourceFile::Check::first);
        if (!file->ask_early(holds_store)) {
            if (one.shard && found.size() > 1) // its run has just begun
                continue;
            file->checked();
            throw StoreError(
                fmt::format("{} is empty (its run was stopped before it wrote anything) run "
                            "`moerate run` again",
                            one.path));
        }
        if (!impl->files.empty() &&
            study_column(*impl->files.front(), "toml") != study_column(*file, "toml"))
            check_same_study(impl->files.front()->name(), study_of(*impl->files.front()), one.path,
                             study_of(*file));
        std::string const started = last_start(*file);
        if (started > last_run) {
            impl->study = impl->files.size();
            last_run = started;
        }
        impl->files.push_back(std::move(file));
    }
    if (impl->files.empty())
        throw StoreError(
            fmt::format("{} holds empty stores only (their runs have not written anything yet) "
                        "look again later",
                        folder));
    return Store(std::move(impl));
}

std::optional<Store> Store::open_if_any(std::string const& folder)
{
    bool const any = std::filesystem::is_directory(folder) && !found_files(folder).empty();
    return any ? std::optional<Store>(open(folder)) : std::nullopt;
}

Store Store::merged(std::string const& folder)
{
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    impl->files.push_back(
        std::make_unique<SourceFile>(folder + "/" + store_file(std::nullopt, "sqlite"),
                                     SourceFile::Reading::unlocked, SourceFile::Check::never));
    return Store(std::move(impl));
}

std::optional<Store> Store::others(std::string const& folder, Study const& study,
                                   std::optional<Shard> const& shard)
{
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    if (!std::filesystem::is_directory(folder))
        return std::nullopt;
    for (FoundFile const& one : found_files(folder)) {
        if (one.shard == shard)
            continue;
        auto file = std::make_unique<SourceFile>(one.path, SourceFile::Reading::unlocked,
                                                 SourceFile::Check::never);
        if (!file->ask(holds_store))
            continue;
        if (study_column(*file, "toml") != study.resolved)
            check_same_study(one.path, study_of(*file), "the experiment file", study);
        impl->files.push_back(std::move(file));
    }
    if (impl->files.empty())
        return std::nullopt;
    return Store(std::move(impl));
}

std::string Store::study_text() const
{
    return study_column(*impl_->files[impl_->study], "toml");
}

std::vector<CellRow> Store::cells() const
{
    std::set<std::string> known;
    std::vector<CellRow> result;
    for (auto const& file : impl_->files) {
        auto const cells = file->ask([](sqlite::Database& database) {
            std::vector<CellRow> part;
            sqlite::Statement row(database,
                                  "SELECT id, label, n, parameters FROM cell ORDER BY rowid");
            while (row.step())
                part.push_back(
                    {row.text(0), row.text(1), static_cast<int>(row.integer(2)), row.text(3)});
            return part;
        });
        for (CellRow const& cell : cells)
            if (known.insert(cell.id).second)
                result.push_back(cell);
    }
    return result;
}

std::vector<int> Store::replicates(std::string const& cell) const
{
    return impl_->replicates("SELECT r FROM fit WHERE cell = ?", cell);
}

std::vector<int> Store::without_reference(std::string const& cell) const
{
    return impl_->replicates("SELECT r FROM fit WHERE cell = ? AND admissible IS NULL", cell);
}

std::vector<int> Store::replicates(std::string const& cell, LossKey const& loss) const
{
    return impl_->replicates("SELECT r FROM loss WHERE cell = ? AND name = ? AND exponent = ? AND "
                             "gauge = ? AND target = ? AND at = ?",
                             cell, loss.name, loss.r, loss.gauge, loss.target, loss.at);
}

std::map<LossKey, std::vector<int>> Store::loss_keys(std::string const& cell) const
{
    using Keys = std::map<LossKey, std::vector<int>>;
    Keys keys;
    for (auto const& file : impl_->files) {
        Keys const found = file->ask([&](sqlite::Database& database) {
            Keys part;
            sqlite::Statement row(database, "SELECT name, exponent, gauge, target, at, r FROM loss "
                                            "WHERE cell = ?");
            row.with(cell);
            while (row.step())
                part[{row.text(0), row.number(1), row.text(2), row.text(3), row.text(4)}].push_back(
                    static_cast<int>(row.integer(5)));
            return part;
        });
        for (auto const& [key, replicates] : found)
            keys[key].insert(keys[key].end(), replicates.begin(), replicates.end());
    }
    for (auto& [key, replicates] : keys) {
        std::sort(replicates.begin(), replicates.end());
        replicates.erase(std::unique(replicates.begin(), replicates.end()), replicates.end());
    }
    return keys;
}

std::vector<FitRow> Store::fits(std::string const& cell, bool with_parameters,
                                Replicates replicates) const
{
    std::map<int, FitRow> all;
    for (auto const& file : impl_->files) {
        std::vector<FitRow> part = file->ask([&](sqlite::Database& database) {
            return read_fits(database, cell, with_parameters, replicates, impl_->threads);
        });
        if (impl_->files.size() == 1)
            return part;
        for (FitRow& fit : part) {
            auto const [at, fresh] =
                all.try_emplace(fit.replicate, std::move(fit)); // moves if fresh
            if (!fresh && !same_result(at->second, fit))
                throw StoreError(
                    fmt::format("{}: two files hold different results of replicate {} of cell "
                                "{} (training MSE {} and {}) keep one of the files",
                                impl_->folder, fit.replicate, cell, at->second.at(at_fit).mse,
                                fit.at(at_fit).mse));
            if (!fresh)
                add_other_losses(at->second, fit);
        }
    }
    std::vector<FitRow> fits;
    for (auto& [replicate, fit] : all)
        fits.push_back(std::move(fit));
    return fits;
}

FitCount Store::count(std::string const& cell, int replicates) const
{
    FitCount count;
    auto const add = [&](FitStatus status, int fits) {
        count.fits += fits;
        count.failed += failed(status) ? fits : 0;
        count.no_descent += status == FitStatus::no_descent ? fits : 0;
    };
    if (impl_->files.size() == 1) { // which has no replicate twice
        impl_->files.front()->ask([&](sqlite::Database& database) {
            count = {};
            sqlite::Statement row(database, "SELECT status, COUNT(*) FROM fit WHERE cell = ? AND "
                                            "r < ? GROUP BY status");
            row.with(cell, replicates);
            while (row.step())
                add(status_of(row.text(0), database.file()), static_cast<int>(row.integer(1)));
            return 0;
        });
        return count;
    }
    std::map<int, FitStatus> ended;
    for (auto const& file : impl_->files) {
        auto const part = file->ask([&](sqlite::Database& database) {
            std::map<int, FitStatus> found;
            sqlite::Statement row(database, "SELECT r, status FROM fit WHERE cell = ? AND r < ?");
            row.with(cell, replicates);
            while (row.step())
                found[static_cast<int>(row.integer(0))] = status_of(row.text(1), database.file());
            return found;
        });
        ended.insert(part.begin(), part.end());
    }
    for (auto const& [replicate, status] : ended)
        add(status, 1);
    return count;
}

int Store::fit_count(std::string const& cell, int replicates) const
{
    if (impl_->files.size() > 1) // where a replicate may be twice
        return count(cell, replicates).fits;
    return impl_->files.front()->ask([&](sqlite::Database& database) {
        sqlite::Statement row(database, "SELECT COUNT(*) FROM fit WHERE cell = ? AND r < ?");
        row.with(cell, replicates);
        return row.step() ? static_cast<int>(row.integer(0)) : 0;
    });
}

} // namespace moerate
