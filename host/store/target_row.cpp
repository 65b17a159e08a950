#include "host/store/target_row.h"

#include "host/store/columns.h"
#include "host/store/later_columns.h"
#include "host/store/row_columns.h"
#include "host/store/store_impl.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

std::string target_columns()
{
    std::string columns;
    TargetRow const any;
    each_target_value(any,
                      [&](char const* name, auto const&) { columns += std::string(name) + ", "; });
    return columns + "params";
}

TargetRow read_target(sqlite::Statement& row)
{
    TargetRow target;
    int at = 0;
    each_target_value(target, [&](char const*, auto& value) { read_value(row, at++, value); });
    target.theta = row.numbers(at);
    return target;
}

} // namespace

std::optional<std::string> target_not_unique(std::vector<TargetRow> const& rows)
{
    if (rows.empty())
        return std::nullopt;
    TargetRow const& best = rows.front();
    if (best.rank.value_or(0) < best.generic_rank.value_or(0))
        return fmt::format("target-not-unique, the projection has rank {} where its class has {}",
                           best.rank.value_or(0), best.generic_rank.value_or(0));
    if (rows.size() > 1 && rows[1].distance - best.distance <= equal_distance * best.distance)
        return fmt::format("target-not-unique, two projections are {:.6g} away from the truth",
                           best.distance);
    return std::nullopt;
}

void Store::add_target(std::string const& id, std::string const& depends_on,
                       std::vector<TargetRow> const& rows)
{
    std::string const columns = target_columns();
    std::string marks = "?, ?, ?, ?"; // id, number, depends_on and the first of the columns
    for (char const c : columns)
        marks += c == ',' ? ", ?" : "";
    transaction([&] {
        sqlite::Statement insert(
            impl_->writer(), fmt::format("INSERT INTO target (id, number, depends_on, {}) VALUES "
                                         "({})",
                                         columns, marks));
        for (std::size_t number = 0; number < rows.size(); ++number) {
            insert.with(id, static_cast<int>(number), depends_on);
            int at = 3;
            each_target_value(rows[number],
                              [&](char const*, auto const& value) { insert.bind(++at, value); });
            insert.bind(++at, rows[number].theta);
            insert.run();
        }
    });
}

std::vector<TargetRow> Store::target(std::string const& id) const
{
    for (auto const& file : impl_->files) {
        auto const rows = file->ask([&](sqlite::Database& database) {
            std::vector<TargetRow> found;
            sqlite::Statement row(database,
                                  fmt::format("SELECT {} FROM {} WHERE id = ? ORDER BY number",
                                              target_columns(), rows_of(database, "target")));
            row.with(id);
            while (row.step())
                found.push_back(read_target(row));
            return found;
        });
        if (!rows.empty())
            return rows;
    }
    return {};
}

} // namespace moerate
