// Stores of an older minor are made from today's: a column of numbers that SQLite has dropped is
// one that came later.
#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/export.h"
#include "host/store/later_columns.h"
#include "host/store/merge.h"
#include "host/store/schema.h"
#include "host/store/store.h"
#include "tests/store/killed.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

using namespace moerate;
using namespace moerate_test;

namespace
{

struct TableColumn
{
    std::string table, column;
};

/// All numbers that may be NULL in the tables of results.
std::vector<TableColumn> number_columns()
{
    std::vector<TableColumn> columns;
    auto const add_to = [&](char const* table) {
        return [&columns, table](char const* column, double) {
            columns.push_back({table, column});
        };
    };
    FitRow const fit;
    each_number(fit, add_to("fit"));
    each_point_number(fit.points.front(), add_to("point"));
    LossRecord const record{};
    each_loss_number(record, add_to("loss"));
    return columns;
}

/// A folder with two fits in a store.
struct TwoFits : TempFolder
{
    Study study = tiny_study();

    TwoFits()
    {
        Store store = Store::create(path(), study);
        add_cells(store, study);
        store.add_fits({fit(0), fit(1)});
    }
    std::string file() const { return path("store.sqlite"); }
    FitRow fit(int replicate) const
    {
        return fit_row(study, study.curves[0], 100, replicate, 0.1 * (replicate + 1));
    }
    void change(std::string const& sql) const
    {
        sqlite::Database(file(), sqlite::Database::Mode::write).execute(sql);
    }
    /// Makes the store one of an older minor, without a column.
    void drop(TableColumn const& of) const
    {
        change("ALTER TABLE " + of.table + " DROP COLUMN " + of.column);
        change("UPDATE study SET format_version = '2.0'");
    }
    std::vector<FitRow> stored() const { return Store::open(path()).fits(fit(0).cell, true); }
    std::string version() const
    {
        sqlite::Database database(file(), sqlite::Database::Mode::read);
        sqlite::Statement row(database, "SELECT format_version FROM study");
        return row.step() ? row.text(0) : "";
    }
};

/// All numbers of a fit, its points and losses, by table and column, as text.
std::string numbers_of(FitRow const& fit, TableColumn const& without)
{
    std::string text;
    auto const add_from = [&](std::string const& table) {
        return [&text, &without, table](char const* column, double value) {
            if (table == without.table && column == without.column)
                value = none;
            text += table + "." + column + " " + std::to_string(value) + "\n";
        };
    };
    each_number(fit, add_from("fit"));
    for (Point const& point : fit.points) {
        each_point_number(point, add_from("point"));
        for (LossRow const& loss : point.losses)
            each_loss_number(loss.record, add_from("loss"));
    }
    return text;
}

std::string const current = std::to_string(store_major) + "." + std::to_string(store_minor);

} // namespace

TEST_CASE("a store without a later column is read as one where it is NULL")
{
    for (TableColumn const& later : number_columns()) {
        INFO(later.table << "." << later.column);
        TwoFits const folder;
        folder.drop(later);
        std::string const before = content(folder.file());
        auto const fits = folder.stored();
        REQUIRE(fits.size() == 2);
        for (FitRow const& fit : fits)
            CHECK(numbers_of(fit, {}) == numbers_of(folder.fit(fit.replicate), later));
        CHECK_FALSE(export_csv(Store::open(folder.path())).empty());
        CHECK(content(folder.file()) == before);
    }
}

TEST_CASE("a writer adds the columns that came later and goes on")
{
    for (TableColumn const& later : number_columns()) {
        INFO(later.table << "." << later.column);
        TwoFits const folder;
        folder.drop(later);
        Store::create(folder.path(), folder.study).add_fits({folder.fit(2)});
        CHECK(folder.version() == current);
        CHECK(faults(folder.file()).empty());
        auto const fits = folder.stored();
        REQUIRE(fits.size() == 3);
        for (FitRow const& fit : fits)
            CHECK(numbers_of(fit, {}) ==
                  numbers_of(folder.fit(fit.replicate), fit.replicate < 2 ? later : TableColumn{}));
    }
}

TEST_CASE("losses without their table are none, and the next writer makes it")
{
    TwoFits const folder;
    folder.change("DROP TABLE loss");
    REQUIRE(folder.stored().size() == 2);
    CHECK(folder.stored()[0].at(at_fit).losses.empty());
    Store::create(folder.path(), folder.study).add_fits({folder.fit(2)});
    CHECK(folder.stored()[0].at(at_fit).losses.empty());
    CHECK(numbers_of(folder.stored()[2], {}) == numbers_of(folder.fit(2), {}));
}

TEST_CASE("a store of a later minor is written as it is")
{
    TwoFits const folder;
    folder.change("ALTER TABLE point ADD COLUMN what_comes_next REAL");
    folder.change("UPDATE study SET format_version = '2.999'");
    Store::create(folder.path(), folder.study).add_fits({folder.fit(2)});
    CHECK(folder.version() == "2.999");
    CHECK(folder.stored().size() == 3);
}

TEST_CASE("a store that is refused gets no column")
{
    TwoFits const folder;
    folder.drop({"point", "mse"});
    std::string const before = content(folder.file());
    CHECK_THROWS_AS(Store::create(folder.path(), tiny_study({"study.seed=8"})), StoreError);
    CHECK(content(folder.file()) == before);
}

TEST_CASE("a writer killed at any moment of adding columns loses nothing")
{
    TableColumn const later{"point", "expert_missed"};
    int within = 0;
    for (int calls = 0;; ++calls) {
        INFO(calls);
        TwoFits const folder;
        folder.drop(later);
        bool const lived = lives(calls, [&] { Store::create(folder.path(), folder.study); });
        auto const fits = folder.stored();
        REQUIRE(fits.size() == 2);
        REQUIRE(numbers_of(fits[1], {}) == numbers_of(folder.fit(1), later));
        within += folder.version() == "2.0" ? 1 : 0;
        Store::create(folder.path(), folder.study);
        REQUIRE(folder.version() == current);
        REQUIRE(faults(folder.file()).empty());
        if (lived)
            break;
    }
    CHECK(within > 5);
}

// Older versions stored none of a sigmoid fit to a softmax over two atoms.
TEST_CASE("an excess that one side lacks contradicts nothing, and a merge fills it", "[merge]")
{
    TempFolder folder;
    Study const study = tiny_study();
    FitRow const fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    FitRow older = fit;
    older.excess = none;
    older.admissible.reset();
    CHECK(same_result(older, fit));
    FitRow other = fit;
    other.excess += 1;
    CHECK_FALSE(same_result(other, fit));
    for (int i = 1; i <= 2; ++i) {
        Store store = Store::create(folder.path(), study, Shard{i, 2});
        add_cells(store, study);
        store.add_fits({i == 1 ? fit : older});
    }
    merge_stores({folder.path()}, folder.path());
    FitRow const merged = Store::merged(folder.path()).fits(fit.cell, true).at(0);
    CHECK(merged.excess == fit.excess);
    CHECK(merged.admissible == fit.admissible);
}
