#include "host/store/rows.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <system_error>

namespace moerate
{
namespace
{

/// Replicates that it is worth to read apart; and parts a thread, so that one that began late finds
/// some left.
constexpr std::int64_t least_part = 4096;
constexpr std::int64_t parts_a_thread = 16;

/// The stored replicates of a cell in parts, ascending; by their numbers, most of which are stored.
std::vector<Replicates> parts_of(sqlite::Database& database, std::string const& cell,
                                 Replicates replicates, int threads)
{
    auto const end = [&](char const* which) {
        sqlite::Statement row(database, std::string("SELECT r FROM fit WHERE cell = ? AND r "
                                                    "BETWEEN ? AND ? ORDER BY r ") +
                                            which + " LIMIT 1");
        row.with(cell, replicates.first, replicates.last);
        return row.step() ? row.integer(0) : std::int64_t(-1);
    };
    std::int64_t const first = end("ASC"), last = end("DESC");
    std::int64_t const stretch =
        std::max(least_part, (last - first) / (parts_a_thread * threads) + 1);
    std::vector<Replicates> parts;
    for (std::int64_t r = first; first >= 0 && r <= last; r += stretch)
        parts.push_back({static_cast<int>(r), static_cast<int>(std::min(last, r + stretch - 1))});
    return parts;
}

/// Calls work(connection, i) for i = 0 ... count - 1, on up to `threads` threads, each of which has
/// a connection of its own to the file. Throws what the work has thrown.
template <class Work>
void in_threads(sqlite::Database& database, std::size_t count, int threads, Work const& work)
{
    std::atomic<std::size_t> next{0};
    auto const take = [&](sqlite::Database& own) {
        try {
            for (std::size_t i = next++; i < count; i = next++)
                work(own, i);
        } catch (...) {
            next = count; // nobody needs the rest
            throw;
        }
    };
    std::size_t const helpers = std::min(static_cast<std::size_t>(threads), count) - 1;
    std::vector<std::unique_ptr<sqlite::Database>> connections;
    for (std::size_t i = 0; i < helpers; ++i)
        connections.push_back(database.another());
    std::vector<std::future<void>> running;
    try {
        for (auto const& connection : connections)
            running.push_back(
                std::async(std::launch::async, [&take, &connection] { take(*connection); }));
    } catch (std::system_error const&) {
        // No more threads to be had: those that there are do the work.
    }
    take(database);
    for (std::future<void>& one : running)
        one.get();
}

} // namespace

std::vector<FitRow> read_fits(sqlite::Database& database, std::string const& cell,
                              bool with_parameters, Replicates replicates, int threads)
{
    // While this connection reads, nobody can change the file: all see the same state.
    sqlite::Snapshot const snapshot(database);
    std::vector<Replicates> const parts =
        threads > 1 ? parts_of(database, cell, replicates, threads) : std::vector<Replicates>{};
    if (parts.size() < 2)
        return read_fits(database, cell, with_parameters, replicates);
    std::vector<std::vector<FitRow>> read(parts.size());
    in_threads(database, parts.size(), threads, [&](sqlite::Database& own, std::size_t i) {
        read[i] = read_fits(own, cell, with_parameters, parts[i]);
    });
    std::size_t size = 0;
    for (std::vector<FitRow> const& part : read)
        size += part.size();
    std::vector<FitRow> fits;
    fits.reserve(size);
    for (std::vector<FitRow>& part : read) {
        fits.insert(fits.end(), std::make_move_iterator(part.begin()),
                    std::make_move_iterator(part.end()));
        std::vector<FitRow>().swap(part);
    }
    return fits;
}

} // namespace moerate
