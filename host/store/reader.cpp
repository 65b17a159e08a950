#include "host/store/store.h"

#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/identity_check.h"
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

/// The number that decimal digits say, as it is written plainly; 0 for anything else.
int plain_number(std::string const& digits)
{
    bool const plain = !digits.empty() && digits.size() < 10 && digits.front() != '0' &&
                       digits.find_first_not_of("0123456789") == std::string::npos;
    return plain ? std::stoi(digits) : 0;
}

/// Place in the order of reading of store.sqlite (0) and store.<i>of<N>.sqlite (i = 1..N); -1 for
/// every other name: a copy or an attempt that somebody keeps beside them is not the store.
int store_number(std::string const& name)
{
    std::string const head = "store.", tail = ".sqlite";
    if (name == "store.sqlite")
        return 0;
    if (name.size() <= head.size() + tail.size() || name.rfind(head, 0) != 0 ||
        name.compare(name.size() - tail.size(), tail.size(), tail) != 0)
        return -1;
    std::string const part = name.substr(head.size(), name.size() - head.size() - tail.size());
    std::size_t const of = part.find("of");
    if (of == std::string::npos)
        return -1;
    int const i = plain_number(part.substr(0, of)), n = plain_number(part.substr(of + 2));
    return i >= 1 && i <= n ? i : -1;
}

/// The files of the store in a folder, in the order of reading.
std::vector<std::string> store_files(std::string const& folder)
{
    std::error_code reason;
    std::filesystem::directory_iterator entries(folder, reason);
    if (reason)
        throw StoreError(
            fmt::format("cannot read the folder {} ({}) name the folder that `moerate run` "
                        "wrote",
                        folder, reason.message()));
    std::set<std::pair<int, std::string>> numbered; // shards of several N may lie side by side
    for (auto const& entry : entries) {
        int const number = store_number(entry.path().filename().string());
        if (number >= 0)
            numbered.emplace(number, entry.path().string());
    }
    if (numbered.empty())
        throw StoreError(
            fmt::format("{} holds no store (there is no store.sqlite) name the folder that "
                        "`moerate run` wrote",
                        folder));
    std::vector<std::string> files;
    for (auto const& [number, file] : numbered)
        files.push_back(file);
    return files;
}

std::string study_column(sqlite::Database& database, char const* column)
{
    sqlite::Statement row(database, fmt::format("SELECT {} FROM study", column));
    return row.step() ? row.text(0) : std::string{};
}

Study study_of(sqlite::Database& database)
{
    return parse_stored(study_column(database, "toml"));
}

} // namespace

Store Store::open(std::string const& folder)
{
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    std::string last_run;
    for (std::string const& file : store_files(folder)) {
        auto database = std::make_unique<sqlite::Database>(file, sqlite::Database::Mode::read);
        if (!holds_store(*database))
            throw StoreError(
                fmt::format("{} is empty (its run was stopped before it wrote anything) run "
                            "`moerate run` again",
                            file));
        if (!impl->files.empty())
            check_same_study(impl->files.front()->file(), study_of(*impl->files.front()), file,
                             study_of(*database));
        sqlite::Statement newest(*database, "SELECT max(started) FROM run");
        std::string const started = newest.step() ? newest.text(0) : std::string{};
        if (started > last_run) {
            impl->study = impl->files.size();
            last_run = started;
        }
        impl->files.push_back(std::move(database));
    }
    return Store(std::move(impl));
}

std::string Store::study_text() const
{
    return study_column(*impl_->files[impl_->study], "toml");
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
    return impl_->replicates("SELECT r FROM fit WHERE cell = ?", cell);
}

std::vector<int> Store::replicates(std::string const& cell, LossKey const& loss) const
{
    return impl_->replicates("SELECT r FROM loss WHERE cell = ? AND name = ? AND exponent = ? AND "
                             "gauge = ? AND target = ? AND at = ?",
                             cell, loss.name, loss.r, loss.gauge, loss.target, loss.at);
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
                                impl_->folder, fit.replicate, cell, at->second.at(at_fit).mse,
                                fit.at(at_fit).mse));
        }
    std::vector<FitRow> fits;
    for (auto& [replicate, fit] : all)
        fits.push_back(std::move(fit));
    return fits;
}

FitCount Store::count(std::string const& cell, int replicates) const
{
    std::map<int, FitStatus> ended;
    for (auto const& file : impl_->files) {
        sqlite::Statement row(*file, "SELECT r, status FROM fit WHERE cell = ? AND r < ?");
        row.with(cell, replicates);
        while (row.step())
            ended[static_cast<int>(row.integer(0))] = status_of(row.text(1), file->file());
    }
    FitCount count;
    for (auto const& [replicate, status] : ended) {
        ++count.fits;
        count.failed += failed(status) ? 1 : 0;
        count.no_descent += status == FitStatus::no_descent ? 1 : 0;
    }
    return count;
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
