#include "host/store/rows.h"

#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/format1.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace moerate
{
namespace
{

[[noreturn]] void damaged(std::string const& file, std::string const& why)
{
    throw StoreError(fmt::format("{} is damaged ({}) move it away", file, why));
}

/// The value of a column of the row.
void read_value(sqlite::Statement const& row, int at, double& value)
{
    value = row.number(at);
}

void read_value(sqlite::Statement const& row, int at, std::string& value)
{
    value = row.text(at);
}

template <class Whole>
void read_value(sqlite::Statement const& row, int at, std::optional<Whole>& value)
{
    value.reset();
    if (!row.null(at))
        value = static_cast<Whole>(row.integer(at));
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

/// Columns of a fit in the order of read_fit and RowWriter::add.
std::string fit_columns()
{
    std::string columns = "cell, r, status, admissible, empty, iterations, seconds";
    FitRow const fit{};
    auto const add = [&](char const* name, auto const&) { (columns += ", ") += name; };
    each_number(fit, add);
    each_fact(fit, add);
    return columns;
}

FitRow read_fit(sqlite::Statement const& row, std::string const& file)
{
    int at = 0;
    FitRow fit;
    fit.points.clear();
    fit.cell = row.text(at++);
    fit.replicate = static_cast<int>(row.integer(at++));
    fit.status = status_of(row.text(at++), file);
    if (!row.null(at))
        fit.admissible = row.integer(at) != 0;
    ++at;
    fit.empty = row.null(at) ? -1 : static_cast<int>(row.integer(at));
    ++at;
    fit.facts.iterations = static_cast<int>(row.integer(at++));
    fit.facts.seconds = row.number(at++);
    auto const read = [&](char const*, auto& value) { read_value(row, at++, value); };
    each_number(fit, read);
    each_fact(fit, read);
    return fit;
}

/// Columns of a start in the order of read_start and RowWriter::insert, after (cell, r).
std::string start_columns()
{
    std::string columns = "number";
    StartRecord const start{};
    each_start_value(start, [&](char const* name, auto const&) { (columns += ", ") += name; });
    return columns;
}

/// The query of starts that read_start reads: the replicate, then the start.
std::string select_starts()
{
    return fmt::format("SELECT r, {} FROM start WHERE cell = ? AND r BETWEEN ? AND ? "
                       "ORDER BY r, number",
                       start_columns());
}

StartRecord read_start(sqlite::Statement const& row)
{
    int at = 2; // they come by their number
    StartRecord start;
    each_start_value(start, [&](char const*, auto& value) { read_value(row, at++, value); });
    return start;
}

/// Columns of a point in the order in which RowWriter::add binds them, after (cell, r).
std::string point_columns()
{
    std::string columns = "at";
    Point const point{};
    each_point_number(point, [&](char const* name, double) { (columns += ", ") += name; });
    return columns;
}

/// The query of points that read_point reads: the replicate, then the point.
std::string select_points(sqlite::Database& database, bool with_parameters)
{
    return fmt::format("SELECT r, {}, {}, params IS NOT NULL FROM {} WHERE cell = ? AND r BETWEEN "
                       "? AND ? ORDER BY r",
                       point_columns(), with_parameters ? "params" : "NULL", point_rows(database));
}

Point read_point(sqlite::Statement const& row)
{
    int at = 1;
    Point point;
    point.at = row.text(at++);
    each_point_number(point, [&](char const*, double& value) { value = row.number(at++); });
    point.theta = row.numbers(at++);
    point.parameters_kept = row.integer(at++) != 0;
    return point;
}

/// Columns of a loss in the order of read_loss and RowWriter::add, after (cell, r).
std::string loss_columns()
{
    std::string columns = "name, exponent, gauge, target, at, empty, cells";
    LossRecord const record{};
    each_loss_number(record, [&](char const* name, double) { (columns += ", ") += name; });
    return columns;
}

LossRow read_loss(sqlite::Statement const& row, int at)
{
    LossRow loss;
    loss.key.name = row.text(at++);
    loss.key.r = row.number(at++);
    loss.key.gauge = row.text(at++);
    loss.key.target = row.text(at++);
    loss.key.at = row.text(at++);
    loss.record.empty = static_cast<int>(row.integer(at++));
    auto const cells = nlohmann::json::parse(row.text(at++), nullptr, false);
    if (cells.is_array())
        loss.cell = cells.get<std::vector<int>>();
    each_loss_number(loss.record, [&](char const*, double& value) { value = row.number(at++); });
    return loss;
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
      find_starts_(database, select_starts()),
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
    if (find_fit_.with(fit.cell, fit.replicate).step()) {
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
        for (LossRow const& loss : point.losses)
            add(fit.cell, fit.replicate, loss);
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
    each_start_value(start, [&](char const*, auto const& value) {
        bind_value(insert_start_, ++at, value);
    });
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
    insert_loss_.with(cell, replicate, key.name, key.r, key.gauge, key.target, key.at,
                      loss.record.empty, nlohmann::json(loss.cell).dump());
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
    sqlite::Statement fit(database, fmt::format("SELECT {} FROM fit WHERE cell = ? AND r "
                                                "BETWEEN ? AND ? ORDER BY r",
                                                fit_columns()));
    fit.with(cell, replicates.first, replicates.last);
    while (fit.step())
        fits.push_back(read_fit(fit, file));
    sqlite::Statement start(database, select_starts());
    start.with(cell, replicates.first, replicates.last);
    for_each_row(fits, start, file,
                 [&](FitRow& owner) { owner.facts.starts.push_back(read_start(start)); });
    sqlite::Statement point(database, select_points(database, with_parameters));
    point.with(cell, replicates.first, replicates.last);
    for_each_row(fits, point, file, [&](FitRow& owner) { owner.add_point(read_point(point)); });
    for (FitRow const& one : fits)
        check_points(one, file);
    sqlite::Statement loss(database, fmt::format("SELECT r, {} FROM loss WHERE cell = ? AND r "
                                                 "BETWEEN ? AND ? ORDER BY r, rowid",
                                                 loss_columns()));
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
