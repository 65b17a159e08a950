#include "host/store/table_copy.h"

#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/later_columns.h"
#include "host/store/source_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace moerate
{
namespace
{

using Kind = CopyRule::Kind;

/// Columns that fill (host/store/columns.h), of all tables: no two share a name.
std::vector<std::string> later_columns()
{
    std::vector<std::string> later;
    auto const note = [&](Column const& column, auto const&) {
        if (column.fills)
            later.emplace_back(column.name);
    };
    FitRow const fit;
    each_number(fit, note);
    each_fact(fit, note);
    Point const point;
    each_point_number(point, note);
    return later;
}

bool has(std::vector<std::string> const& list, std::string const& one)
{
    return std::find(list.begin(), list.end(), one) != list.end();
}

CopyRule rule_of(std::string const& table, std::vector<std::string> const& key)
{
    CopyRule rule{table, columns_of_table(table), {}};
    std::vector<std::string> soft = later_columns();
    if (table == "point" || table == "fit") // --no-params; without noise older versions have none
        soft.insert(soft.end(), {table == "point" ? "params" : "admissible"});
    std::vector<std::string> free;
    if (table == "fit")
        free = {"run", "seconds", "empty"};
    for (std::string const& column : rule.columns)
        rule.kinds.push_back(has(key, column)    ? Kind::key
                             : has(free, column) ? Kind::free
                             : has(soft, column) ? Kind::soft
                                                 : Kind::strict);
    return rule;
}

/// The columns of one kind.
std::vector<std::string> named(CopyRule const& rule, Kind kind)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rule.columns.size(); ++i)
        if (rule.kinds[i] == kind)
            names.push_back(rule.columns[i]);
    return names;
}

std::string insertion(CopyRule const& rule)
{
    return fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING", rule.table,
                       fmt::join(rule.columns, ", "),
                       fmt::join(std::vector<std::string>(rule.columns.size(), "?"), ", "));
}

/// "a = ? AND b = ?".
std::string all_equal(std::vector<std::string> const& columns)
{
    return fmt::format("{} = ?", fmt::join(columns, " = ? AND "));
}

/// One table on its way.
class TableCopy
{
public:
    TableCopy(CopyRule const& rule, sqlite::Database& from, sqlite::Database& to,
              std::map<std::int64_t, std::int64_t> const& runs,
              std::vector<std::string> const& before)
        : rule_(rule), from_(from), to_(to), runs_(runs), before_(before),
          rows_(from, fmt::format("SELECT {} FROM {}", fmt::join(rule.columns, ", "),
                                  rows_of(from, rule.table))),
          insert_(to, insertion(rule)),
          find_(to, fmt::format("SELECT {} FROM {} WHERE {}", fmt::join(rule.columns, ", "),
                                rule.table, all_equal(named(rule, Kind::key))))
    {
        auto const at = std::find(rule.columns.begin(), rule.columns.end(), "run");
        run_ = at == rule.columns.end() ? -1 : static_cast<int>(at - rule.columns.begin());
    }

    CopyCount all()
    {
        CopyCount count;
        while (rows_.step()) {
            insert_.restart();
            for (int i = 0; i < columns(); ++i)
                bind(insert_, i + 1, i);
            insert_.run();
            if (to_.changes() > 0) {
                ++count.added;
                continue;
            }
            ++count.there;
            join();
        }
        return count;
    }

private:
    int columns() const { return static_cast<int>(rule_.columns.size()); }

    /// Binds a column of the row, a run by the id that it has in the other file; none where the
    /// file of the row does not have that run itself.
    void bind(sqlite::Statement& to, int at, int column)
    {
        if (column == run_ && !rows_.null(column) && runs_.count(rows_.integer(column)) == 0)
            return to.bind(at, std::nullopt);
        auto const run =
            column == run_ && !rows_.null(column) ? runs_.find(rows_.integer(column)) : runs_.end();
        if (run != runs_.end())
            to.bind(at, run->second);
        else
            to.bind_value_of(at, rows_, column);
    }

    /// Compares the row with the one of its key, and fills what that lacks.
    void join()
    {
        find_.restart();
        bind_key(find_, 0);
        if (!find_.step())
            throw StoreError(fmt::format("{} refused a row of {} from {} (it has rules of its own) "
                                         "nothing was changed",
                                         to_.file(), rule_.table, from_.file()));
        std::vector<int> fill;
        for (int i = 0; i < columns(); ++i) {
            Kind const kind = rule_.kinds[i];
            if (kind == Kind::free || rows_.same_value(i, find_, i))
                continue;
            if (kind == Kind::soft && (rows_.null(i) || find_.null(i))) {
                if (find_.null(i))
                    fill.push_back(i);
                continue;
            }
            contradict(i);
        }
        if (run_ >= 0 && quicker())
            for (int i = 0; i < columns(); ++i)
                if (rule_.kinds[i] == Kind::free)
                    fill.push_back(i);
        if (!fill.empty())
            update(fill);
    }

    /// Whether the row's fit took less time than the other file's: `seconds`, a free column.
    bool quicker() const
    {
        auto const at = std::find(rule_.columns.begin(), rule_.columns.end(), "seconds");
        int const seconds = static_cast<int>(at - rule_.columns.begin());
        return rows_.number(seconds) < find_.number(seconds);
    }

    void bind_key(sqlite::Statement& to, int at)
    {
        for (int i = 0; i < columns(); ++i)
            if (rule_.kinds[i] == Kind::key)
                to.bind_value_of(++at, rows_, i);
    }

    void update(std::vector<int> const& fill)
    {
        std::vector<std::string> names;
        for (int const i : fill)
            names.push_back(rule_.columns[i] + " = ?");
        sqlite::Statement change(to_, fmt::format("UPDATE {} SET {} WHERE {}", rule_.table,
                                                  fmt::join(names, ", "),
                                                  all_equal(named(rule_, Kind::key))));
        int at = 0;
        for (int const i : fill)
            bind(change, ++at, i);
        bind_key(change, at);
        change.run();
    }

    /// "label "softmax" n=100", of a cell's id.
    std::string cell_text(std::string const& id)
    {
        sqlite::Statement cell(from_, "SELECT label, n FROM cell WHERE id = ?");
        return cell.with(id).step()
                   ? fmt::format("label \"{}\" n={}", cell.text(0), cell.integer(1))
                   : "cell " + id;
    }

    /// The file that the other store's value of the row came from: itself where no file did.
    std::string source_of(int column)
    {
        for (std::string const& file : before_) {
            SourceFile source(file, SourceFile::Reading::unlocked, SourceFile::Check::never);
            bool const has = source.ask([&](sqlite::Database& database) {
                sqlite::Statement row(database, fmt::format("SELECT {} FROM {} WHERE {}",
                                                            rule_.columns[column],
                                                            rows_of(database, rule_.table),
                                                            all_equal(named(rule_, Kind::key))));
                bind_key(row, 0);
                return row.step() && row.same_value(0, find_, column);
            });
            if (has)
                return file;
        }
        return to_.file();
    }

    [[noreturn]] void contradict(int column)
    {
        std::string where;
        for (int i = 0; i < columns(); ++i)
            if (rule_.kinds[i] == Kind::key)
                where += rule_.columns[i] == "cell"
                             ? cell_text(rows_.text(i))
                             : fmt::format(" {}={}", rule_.columns[i], rows_.text(i));
        std::string const here = rows_.null(column) ? "none" : rows_.text(column),
                          there = find_.null(column) ? "none" : find_.text(column);
        throw StoreError(fmt::format(
            "{} and {} hold different results of one fit ({}: {}.{} is {} in the first, "
            "{} in the second) keep the files of one kind of device and SIMD level; "
            "nothing was changed",
            from_.file(), source_of(column), where, rule_.table, rule_.columns[column], here,
            there));
    }

    CopyRule const& rule_;
    sqlite::Database &from_, &to_;
    std::map<std::int64_t, std::int64_t> const& runs_;
    std::vector<std::string> const& before_;
    sqlite::Statement rows_, insert_, find_;
    int run_; ///< column of the run, -1 without
};

} // namespace

std::vector<CopyRule> const& copy_rules()
{
    static std::vector<CopyRule> const rules = {
        rule_of("fit", {"cell", "r"}),
        rule_of("start", {"cell", "r", "number"}),
        rule_of("point", {"cell", "r", "at"}),
        rule_of("loss", {"cell", "r", "at", "name", "exponent", "gauge", "target"}),
        rule_of("target", {"id", "number"}),
    };
    return rules;
}

CopyCount copy_rows_of(CopyRule const& rule, sqlite::Database& from, sqlite::Database& to,
                       std::map<std::int64_t, std::int64_t> const& runs,
                       std::vector<std::string> const& before)
{
    return TableCopy(rule, from, to, runs, before).all();
}

} // namespace moerate
