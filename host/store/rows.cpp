#include "host/store/rows.h"

#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/later_columns.h"
#include "host/store/row_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace moerate
{
namespace
{

[[noreturn]] void damaged(std::string const& file, std::string const& why)
{
    throw StoreError(fmt::format("{} is damaged ({}) move it away", file, why));
}

/// Binds a value; an empty text is none.
template <class Value>
void bind_value(sqlite::Statement& row, int at, Value const& value)
{
    row.bind(at, value);
}

void bind_value(sqlite::Statement& row, int at, std::string const& value)
{
    row.bind(at, value.empty() ? std::nullopt : std::optional<std::string>(value));
}

/// "INSERT INTO table (columns) VALUES (?, ...)".
std::string insert_into(char const* table, std::string const& columns)
{
    std::string marks = "?";
    for (char const c : columns)
        if (c == ',')
            marks += ", ?";
    return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, marks);
}

/// Throws StoreError if a fit that was read lacks a point.
void check_points(FitRow const& fit, std::string const& file)
{
    for (char const* at : fit_points)
        if (every_fit_has(at) && !fit.has(at))
            damaged(file, fmt::format("a fit without its point \"{}\"", at));
}

/// Calls f(fit) for each row of a query, whose first column is the replicate, ascending, of one of
/// `fits`.
template <class F>
void for_each_row(std::vector<FitRow>& fits, sqlite::Statement& rows, std::string const& file,
                  F&& f)
{
    auto at = fits.begin();
    while (rows.step()) {
        at = std::find_if(at, fits.end(),
                          [&](FitRow const& fit) { return fit.replicate == rows.integer(0); });
        if (at == fits.end()) // impossible in one snapshot of a sound store: rows refer to fits
            damaged(file, "a point or loss without its fit");
        f(*at);
    }
}

} // namespace

RowWriter::RowWriter(sqlite::Database& database)
    : file_(database.file()),
      find_fit_(database,
                fmt::format("SELECT {} FROM fit WHERE cell = ? AND r = ?", fit_columns())),
      find_starts_(database, select_starts(database)),
      find_points_(database, select_points(database, true)),
      insert_fit_(database, insert_into("fit", "run, " + fit_columns())),
      insert_start_(database, insert_into("start", "cell, r, " + start_columns())),
      insert_point_(database, insert_into("point", "cell, r, " + point_columns() + ", params")),
      find_loss_(database, fmt::format("SELECT {} FROM loss WHERE cell = ? AND r = ? AND name = ? "
                                       "AND exponent = ? AND gauge = ? AND target = ? AND at = ?",
                                       loss_columns())),
      insert_loss_(database, insert_into("loss", "cell, r, " + loss_columns()))
{}

void RowWriter::add(FitRow const& fit, std::optional<std::int64_t> run)
{
    bool const stored = find_fit_.with(fit.cell, fit.replicate).step();
    if (stored) {
        check_same(fit);
    } else {
        insert_fit_.with(run, fit.cell, fit.replicate, status_name(fit.status), fit.admissible,
                         fit.empty < 0 ? std::nullopt : std::optional<int>(fit.empty),
                         fit.facts.iterations, fit.facts.seconds);
        int at = 8;
        auto const bind = [&](char const*, auto const& value) {
            bind_value(insert_fit_, ++at, value);
        };
        each_number(fit, bind);
        each_fact(fit, bind);
        insert_fit_.run();
        for (std::size_t i = 0; i < fit.facts.starts.size(); ++i)
            insert(fit.cell, fit.replicate, static_cast<int>(i), fit.facts.starts[i]);
        for (Point const& point : fit.points)
            insert(fit.cell, fit.replicate, point);
    }
    for (Point const& point : fit.points)
        for (auto loss = point.losses.begin(); loss != point.losses.end(); ++loss) {
            bool const fresh =
                !stored && std::none_of(point.losses.begin(), loss,
                                        [&](auto& other) { return other.key == loss->key; });
            if (fresh) // its point is new: there is none to find
                insert(fit.cell, fit.replicate, *loss);
            else
                add(fit.cell, fit.replicate, *loss);
        }
}

/// Refuses a fit whose replicate, which find_fit_ has found, is stored with another result.
void RowWriter::check_same(FitRow const& fit)
{
    FitRow stored = read_fit(find_fit_, file_);
    find_starts_.with(fit.cell, fit.replicate, fit.replicate);
    while (find_starts_.step())
        stored.facts.starts.push_back(read_start(find_starts_));
    find_points_.with(fit.cell, fit.replicate, fit.replicate);
    while (find_points_.step())
        stored.add_point(read_point(find_points_));
    check_points(stored, file_);
    if (!same_result(stored, fit))
        throw StoreError(fmt::format(
            "{} already holds replicate {} of cell {} with another result (training MSE {} there, "
            "{} now) continue with the build, device and SIMD level that made it, or name another "
            "folder",
            file_, fit.replicate, fit.cell, stored.at(at_fit).mse, fit.at(at_fit).mse));
}

void RowWriter::insert(std::string const& cell, int replicate, int number, StartRecord const& start)
{
    insert_start_.with(cell, replicate, number);
    int at = 3;
    each_start_value(
        start, [&](char const*, auto const& value) { bind_value(insert_start_, ++at, value); });
    insert_start_.run();
}

void RowWriter::insert(std::string const& cell, int replicate, Point const& point)
{
    insert_point_.with(cell, replicate, point.at);
    int at = 3;
    each_point_number(point, [&](char const*, double value) { insert_point_.bind(++at, value); });
    insert_point_.bind(++at, point.theta);
    insert_point_.run();
}

void RowWriter::add(std::string const& cell, int replicate, LossRow const& loss)
{
    LossKey const& key = loss.key;
    if (find_loss_.with(cell, replicate, key.name, key.r, key.gauge, key.target, key.at).step()) {
        LossRow const stored = read_loss(find_loss_, 0);
        if (!same_result(stored, loss))
            throw StoreError(fmt::format(
                "{} already holds {} of replicate {} of cell {} with another value ({} there, {} "
                "now) "
                "continue with the build that made it, or name another folder",
                file_, key.name, replicate, cell, stored.record.value, loss.record.value));
        return;
    }
    insert(cell, replicate, loss);
}

void RowWriter::insert(std::string const& cell, int replicate, LossRow const& loss)
{
    LossKey const& key = loss.key;
    insert_loss_.with(cell, replicate, key.name, key.r, key.gauge, key.target, key.at,
                      loss.record.empty, fmt::format("[{}]", fmt::join(loss.cell, ",")));
    int at = 9;
    each_loss_number(loss.record,
                     [&](char const*, double value) { insert_loss_.bind(++at, value); });
    insert_loss_.run();
}

std::vector<FitRow> read_fits(sqlite::Database& database, std::string const& cell,
                              bool with_parameters, Replicates replicates)
{
    sqlite::Snapshot const snapshot(database);
    std::string const& file = database.file();
    std::vector<FitRow> fits;
    sqlite::Statement fit(database, fmt::format("SELECT {} FROM {} WHERE cell = ? AND r "
                                                "BETWEEN ? AND ? ORDER BY r",
                                                fit_columns(), rows_of(database, "fit")));
    fit.with(cell, replicates.first, replicates.last);
    while (fit.step())
        fits.push_back(read_fit(fit, file));
    sqlite::Statement start(database, select_starts(database));
    start.with(cell, replicates.first, replicates.last);
    for_each_row(fits, start, file,
                 [&](FitRow& owner) { owner.facts.starts.push_back(read_start(start)); });
    sqlite::Statement point(database, select_points(database, with_parameters));
    point.with(cell, replicates.first, replicates.last);
    for_each_row(fits, point, file, [&](FitRow& owner) { owner.add_point(read_point(point)); });
    for (FitRow const& one : fits)
        check_points(one, file);
    sqlite::Statement loss(database, fmt::format("SELECT r, {} FROM {} WHERE cell = ? AND r "
                                                 "BETWEEN ? AND ? ORDER BY r, rowid",
                                                 loss_columns(), rows_of(database, "loss")));
    loss.with(cell, replicates.first, replicates.last);
    for_each_row(fits, loss, file, [&](FitRow& owner) {
        LossRow row = read_loss(loss, 1);
        if (!owner.has(row.key.at))
            damaged(file, fmt::format("a loss at \"{}\", where its fit has no point", row.key.at));
        owner.at(row.key.at).losses.push_back(std::move(row));
    });
    return fits;
}

} // namespace moerate
