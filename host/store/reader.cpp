#include "host/store/store.h"

#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/rows.h"
#include "host/store/store_impl.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

namespace moerate
{
namespace
{

/// store*.sqlite of a folder, by name.
std::vector<std::string> store_files(std::string const& folder)
{
    std::error_code reason;
    std::filesystem::directory_iterator entries(folder, reason);
    if (reason)
        throw StoreError(
            fmt::format("cannot read the folder {} ({}) name the folder that `moerate run` "
                        "wrote",
                        folder, reason.message()));
    std::vector<std::string> files;
    for (auto const& entry : entries) {
        std::string const name = entry.path().filename().string();
        if (name.rfind("store.", 0) == 0 && entry.path().extension() == ".sqlite")
            files.push_back(entry.path().string());
    }
    if (files.empty())
        throw StoreError(
            fmt::format("{} holds no store (there is no store.sqlite) name the folder that "
                        "`moerate run` wrote",
                        folder));
    std::sort(files.begin(), files.end());
    return files;
}

std::string study_column(sqlite::Database& database, char const* column)
{
    sqlite::Statement row(database, fmt::format("SELECT {} FROM study", column));
    return row.step() ? row.text(0) : std::string{};
}

} // namespace

Store Store::open(std::string const& folder)
{
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    std::string id;
    for (std::string const& file : store_files(folder)) {
        auto database = std::make_unique<sqlite::Database>(file, sqlite::Database::Mode::read);
        if (!holds_store(*database))
            throw StoreError(
                fmt::format("{} is empty (its run was stopped before it wrote anything) run "
                            "`moerate run` again",
                            file));
        std::string const own = study_column(*database, "id");
        if (impl->files.empty())
            id = own;
        else if (own != id)
            throw StoreError(
                fmt::format("{} holds study \"{}\" ({} holds \"{}\") keep each study in a "
                            "folder of its own",
                            file, own, impl->files.front()->file(), id));
        impl->files.push_back(std::move(database));
    }
    return Store(std::move(impl));
}

std::string Store::study_text() const
{
    return study_column(*impl_->files.front(), "toml");
}

std::vector<CellRow> Store::cells() const
{
    std::map<std::string, CellRow> cells;
    std::vector<std::string> order;
    for (auto const& file : impl_->files) {
        sqlite::Statement row(*file, "SELECT id, label, n, parameters FROM cell ORDER BY rowid");
        while (row.step()) {
            CellRow cell{row.text(0), row.text(1), static_cast<int>(row.integer(2)), row.text(3)};
            if (cells.emplace(cell.id, cell).second)
                order.push_back(cell.id);
        }
    }
    std::vector<CellRow> result;
    for (std::string const& id : order)
        result.push_back(cells[id]);
    return result;
}

std::vector<int> Store::replicates(std::string const& cell) const
{
    std::set<int> replicates;
    for (auto const& file : impl_->files) {
        sqlite::Statement row(*file, "SELECT r FROM fit WHERE cell = ?");
        row.with(cell);
        while (row.step())
            replicates.insert(static_cast<int>(row.integer(0)));
    }
    return {replicates.begin(), replicates.end()};
}

std::map<LossKey, std::vector<int>> Store::loss_keys(std::string const& cell) const
{
    std::map<LossKey, std::vector<int>> keys;
    for (auto const& file : impl_->files) {
        sqlite::Statement row(*file, "SELECT name, exponent, gauge, target, at, r FROM loss "
                                     "WHERE cell = ?");
        row.with(cell);
        while (row.step())
            keys[{row.text(0), row.number(1), row.text(2), row.text(3), row.text(4)}].push_back(
                static_cast<int>(row.integer(5)));
    }
    for (auto& [key, replicates] : keys) {
        std::sort(replicates.begin(), replicates.end());
        replicates.erase(std::unique(replicates.begin(), replicates.end()), replicates.end());
    }
    return keys;
}

bool Store::being_written() const
{
    return impl_->lock != nullptr || WriterLock::held(impl_->folder, lock_name);
}

std::vector<FitRow> Store::fits(std::string const& cell, bool with_parameters,
                                Replicates replicates) const
{
    std::map<int, FitRow> all;
    for (auto const& file : impl_->files)
        for (FitRow& fit : read_fits(*file, cell, with_parameters, replicates)) {
            auto const [at, fresh] = all.emplace(fit.replicate, fit);
            if (!fresh && !same_result(at->second, fit))
                throw StoreError(
                    fmt::format("{}: two files hold different results of replicate {} of cell "
                                "{} (training MSE {} and {}) keep one of the files",
                                impl_->folder, fit.replicate, cell, at->second.mse, fit.mse));
        }
    std::vector<FitRow> fits;
    for (auto& [replicate, fit] : all)
        fits.push_back(std::move(fit));
    return fits;
}

std::pair<int, int> Store::count(std::string const& cell) const
{
    std::map<int, bool> failed;
    for (auto const& file : impl_->files) {
        sqlite::Statement row(*file, "SELECT r, status IN ('not_finite', 'diverged') FROM fit "
                                     "WHERE cell = ?");
        row.with(cell);
        while (row.step())
            failed[static_cast<int>(row.integer(0))] = row.integer(1) != 0;
    }
    auto const bad =
        std::count_if(failed.begin(), failed.end(), [](auto const& fit) { return fit.second; });
    return {static_cast<int>(failed.size()), static_cast<int>(bad)};
}

std::vector<RunRow> Store::runs() const
{
    std::vector<RunRow> runs;
    for (auto const& file : impl_->files) {
        sqlite::Statement row(*file,
                              "SELECT argv, \"commit\", build, simd, device, driver, started, "
                              "dirty, threads, finished, outcome FROM run ORDER BY id");
        while (row.step())
            runs.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4),
                            row.text(5), row.text(6), row.integer(7) != 0,
                            static_cast<int>(row.integer(8)), row.text(9), row.text(10)});
    }
    std::stable_sort(runs.begin(), runs.end(),
                     [](RunRow const& a, RunRow const& b) { return a.started < b.started; });
    return runs;
}

} // namespace moerate
