#include "host/store/row_columns.h"

#include "host/store/columns.h"
#include "host/store/later_columns.h"

#include <fmt/format.h>

#include <charconv>

namespace moerate
{
namespace
{

/// "[0,2,1]"; empty where it is no such list. One of each loss is read: a JSON parser takes longer.
std::vector<int> cells_of(std::string const& text)
{
    std::vector<int> cells;
    if (text.size() < 2 || text.front() != '[' || text.back() != ']')
        return cells;
    char const* at = text.data() + 1;
    char const* const end = text.data() + text.size() - 1;
    while (at < end) {
        if (*at == ',' || *at == ' ') {
            ++at;
            continue;
        }
        int cell = 0;
        auto const [next, error] = std::from_chars(at, end, cell);
        if (error != std::errc())
            return {};
        cells.push_back(cell);
        at = next;
    }
    return cells;
}

} // namespace

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

std::string start_columns()
{
    std::string columns = "number";
    StartRecord const start{};
    each_start_value(start, [&](char const* name, auto const&) { (columns += ", ") += name; });
    return columns;
}

std::string select_starts(sqlite::Database& database)
{
    return fmt::format("SELECT r, {} FROM {} WHERE cell = ? AND r BETWEEN ? AND ? "
                       "ORDER BY r, number",
                       start_columns(), rows_of(database, "start"));
}

StartRecord read_start(sqlite::Statement const& row)
{
    int at = 2; // they come by their number
    StartRecord start;
    each_start_value(start, [&](char const*, auto& value) { read_value(row, at++, value); });
    return start;
}

std::string point_columns()
{
    std::string columns = "at";
    Point const point{};
    each_point_number(point, [&](char const* name, double) { (columns += ", ") += name; });
    return columns;
}

std::string select_points(sqlite::Database& database, bool with_parameters)
{
    return fmt::format("SELECT r, {}, {}, params IS NOT NULL FROM {} WHERE cell = ? AND r BETWEEN "
                       "? AND ? ORDER BY r",
                       point_columns(), with_parameters ? "params" : "NULL",
                       rows_of(database, "point"));
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
    loss.cell = cells_of(row.text(at++));
    each_loss_number(loss.record, [&](char const*, double& value) { value = row.number(at++); });
    return loss;
}

} // namespace moerate
