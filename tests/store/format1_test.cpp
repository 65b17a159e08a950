// The store in tests/store/format1 was written by the last version of format 1 (3 curves, one of
// which fails, 2 n, 3 replicates), and export.csv beside it is what that version exports.
#include "host/core/error.h"
#include "host/store/export.h"
#include "host/store/format1.h"
#include "host/store/schema.h"
#include "tests/store/csv_table.h"
#include "tests/store/killed.h"
#include "tests/store/store_fixture.h"
#include "tests/support/sanitized.h"

#include "tests/places.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace moerate;
using namespace moerate_test;

namespace
{

std::string const old_file = MOE_SOURCE_DIR "/tests/store/format1/store.sqlite";

std::string old_export()
{
    return content(MOE_SOURCE_DIR "/tests/store/format1/export.csv");
}

/// A folder with a store of format 1.
struct OldFolder : TempFolder
{
    OldFolder() { std::filesystem::copy_file(old_file, file()); }
    std::string file() const { return path("store.sqlite"); }
    std::string copy() const { return format1_copy(file()); }
    Study study() const { return stored_study(Store::open(path())); }
};

int format_of_file(std::string const& file)
{
    sqlite::Database database(file, sqlite::Database::Mode::read);
    return format_of(database);
}

/// Fields of a line, none of which is quoted here.
std::vector<std::string> fields_of(std::string const& line)
{
    std::vector<std::string> fields(1);
    for (char const c : line) {
        if (c == ',')
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return fields;
}

/// The export of a store without the columns that came later; where these are not empty it is left
/// out whole.
std::string exported(std::string const& folder)
{
    std::istringstream lines(export_csv(Store::open(folder)));
    std::string const old = old_export();
    std::vector<std::string> const old_head = fields_of(old.substr(0, old.find('\n')));
    std::vector<std::string> const of_the_study = {"study", "fit", "truth", "noise_variance",
                                                   "in_study"};
    std::vector<std::string> head;
    std::string text;
    for (std::string line; std::getline(lines, line); text += '\n') {
        std::vector<std::string> fields = fields_of(line);
        bool const first = head.empty();
        if (first)
            std::replace(fields.begin(), fields.end(), std::string("exponent"), std::string("r"));
        head = first ? fields : head;
        std::string kept;
        for (std::size_t c = 0; c < fields.size(); ++c) {
            if (std::find(of_the_study.begin(), of_the_study.end(), head[c]) != of_the_study.end())
                continue;
            if (std::find(old_head.begin(), old_head.end(), head.at(c)) != old_head.end())
                kept += (kept.empty() ? "" : ",") + fields[c];
            else if (!first && !fields[c].empty())
                return "a number that format 1 did not have: " + line;
        }
        text += kept;
    }
    return text;
}

} // namespace

TEST_CASE("a reader takes a store of format 1 as it is")
{
    OldFolder const folder;
    CHECK(exported(folder.path()) == old_export());
    Store const store = Store::open(folder.path());
    std::string const cell = store.cells().front().id;
    CHECK(store.replicates(cell) == std::vector<int>{0, 1, 2});
    CHECK(store.loss_keys(cell).size() == 4);
    CHECK(store.fits(cell, true)[0].at(at_start).theta.size() == 18);
    CHECK(store.fits(cell, true)[0].at(at_fit).theta.size() == 18);
    CHECK(content(folder.file()) == content(old_file));
}

TEST_CASE("a writer brings a store of format 1 to its own and changes no number")
{
    OldFolder const folder;
    std::string const before = export_json(Store::open(folder.path())).dump();
    Store::create(folder.path(), folder.study());
    CHECK(format_of_file(folder.file()) == store_major);
    CHECK(exported(folder.path()) == old_export());
    CHECK(export_json(Store::open(folder.path())).dump() == before);
    Store const store = Store::open(folder.path());
    CHECK(store.runs().size() == 1);
    CHECK(store.loss_keys(store.cells().front().id).size() == 4);
    CHECK(faults(folder.file()).empty());
    CHECK_FALSE(std::filesystem::exists(folder.copy()));
    sqlite::Database database(folder.file(), sqlite::Database::Mode::read);
    CHECK(database.integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table'") == 8);
    CHECK(database.integer("SELECT count(*) FROM point") ==
          2 * database.integer("SELECT count(*) FROM fit"));
}

TEST_CASE("a store of format 1 that is refused stays what it was")
{
    OldFolder const folder;
    CHECK_THROWS_AS(Store::create(folder.path(), tiny_study()), StoreError);
    CHECK(content(folder.file()) == content(old_file));
    CHECK_FALSE(std::filesystem::exists(folder.copy()));
}

TEST_CASE("a copy that a killed migration left goes with the next writer")
{
    OldFolder const folder;
    Study const study = folder.study();
    std::ofstream(folder.copy()) << "not whole";
    SECTION("before the store was done") {}
    SECTION("after it was done")
    {
        Store::create(folder.path(), study);
        std::filesystem::copy_file(old_file, folder.copy());
    }
    CHECK(exported(folder.path()) == old_export());
    Store::create(folder.path(), study);
    CHECK(exported(folder.path()) == old_export());
    CHECK_FALSE(std::filesystem::exists(folder.copy()));
}

TEST_CASE("a migration that cannot have its copy changes nothing")
{
    OldFolder const folder;
    std::filesystem::create_directories(folder.copy() + "/inside");
    Study const study = folder.study();
    CHECK_THROWS_WITH(Store::create(folder.path(), study),
                      Catch::Matchers::Contains(folder.copy()) &&
                          Catch::Matchers::Contains("it is a folder"));
    CHECK(format_of_file(folder.file()) == 1);
    CHECK(exported(folder.path()) == old_export());
}

TEST_CASE("a writer killed at any moment of the migration loses nothing")
{
    constexpr int step = sanitized ? 3 : 1; // the moments under sanitizers: each third
    int calls = 0, within = 0;
    for (bool lived = false; !lived; calls += step) {
        INFO(calls);
        OldFolder const folder;
        Study const study = folder.study();
        lived = lives(calls, [&] { Store::create(folder.path(), study); });
        if (std::filesystem::exists(folder.file() + "-journal") &&
            std::filesystem::exists(folder.copy())) {
            // Whatever becomes of the file itself: the one before lies beside it.
            TempFolder saved;
            std::filesystem::copy_file(folder.copy(), saved.path("store.sqlite"));
            REQUIRE(exported(saved.path()) == old_export());
            ++within;
        }
        if (calls % 2 == 0) // a reader is the first to come, or the next writer is
            REQUIRE(exported(folder.path()) == old_export());
        Store::create(folder.path(), study);
        REQUIRE(format_of_file(folder.file()) == store_major);
        REQUIRE(exported(folder.path()) == old_export());
        REQUIRE(faults(folder.file()).empty());
        REQUIRE_FALSE(std::filesystem::exists(folder.copy()));
    }
    CHECK(within > 20 / step);
}

TEST_CASE("a store of format 1 has distances by block, from its parameters")
{
    OldFolder const old;
    auto const table =
        moerate_test::csv_table(export_csv(Store::open(old.path()), {false, false, true}));
    int measured = 0;
    for (moerate_test::CsvRow const& line : table)
        measured += line.at("over.expert").empty() && line.at("exact.expert").empty() ? 0 : 1;
    CHECK(measured > 0);
}
