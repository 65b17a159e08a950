#include "host/core/error.h"
#include "host/store/identity_check.h"
#include "host/store/merge.h"
#include "host/store/sqlite.h"
#include "host/store/store.h"
#include "tests/store/killed.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

void write(std::string const& file, std::string const& text)
{
    std::ofstream(file, std::ios::binary) << text;
}

/// A folder with a store of the tiny study, one fit of "softmax" in it.
void fill(TempFolder const& folder)
{
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1)});
}

std::string refusal(std::function<void()> const& work, Exit code)
{
    try {
        work();
    } catch (Error const& error) {
        CHECK(error.code() == code);
        return error.what();
    }
    return "nothing was refused";
}

} // namespace

TEST_CASE("differences of nested objects are named by dotted keys")
{
    auto const found =
        differences(R"({"a":{"b":1,"c":[1,2]},"d":2})", R"({"a":{"b":2,"c":[1,2]},"e":3})");
    REQUIRE(found.size() == 3);
    CHECK(found[0] == "a.b: stored 1, now 2");
    CHECK(found[1] == "d: stored 2, now absent");
    CHECK(found[2] == "e: stored absent, now 3");
    CHECK(differences(R"({"a":1,"b":2})", R"({"b":2,"a":1})").empty());
}

TEST_CASE("a change that makes other fits is refused with label, key, old and new")
{
    TempFolder folder;
    fill(folder);
    struct Change
    {
        char const* setting;
        std::vector<std::string> words;
    };
    for (Change const& change :
         {Change{"study.seed=8", {"seed", "stored 7", "now 8"}},
          Change{"data.noise_variance=0.02", {"0.01", "0.02"}},
          Change{"truth.draw.gate_variance=0.2", {"gate_variance", "0.1", "0.2"}},
          Change{"fit.softmax.experts=4", {"stored 3", "now 4"}},
          Change{"start.scale=0.1", {"scale", "0.005", "now 0.1"}},
          Change{"estimator.learning_rate=0.2", {"learning_rate", "0.1", "0.2"}},
          Change{"study.nested=true", {"nested", "stored false", "now true"}}})
    {
        INFO(change.setting);
        std::string const text = refusal(
            [&] { Store::create(folder.path(), tiny_study({change.setting})); }, Exit::store);
        CHECK_THAT(text, Contains("\"softmax\""));
        for (std::string const& word : change.words)
            CHECK_THAT(text, Contains(word));
    }
    CHECK(Store::open(folder.path()).study_text() == tiny_study().resolved);
}

TEST_CASE("what is measured and how much of it may change, and the stored study follows")
{
    TempFolder folder;
    fill(folder);
    for (char const* setting :
         {"study.replicates=9", "study.n=[50, 100, 200]", "study.title=\"another\"",
          "study.max_failed=0.5", "fit.softmax.loss=\"softmax.L1\"", "fit.softmax.gauge=\"none\"",
          "fit.softmax.reported_slope=-0.3", "fit.softmax.theory=\"sub\"", "fit.sigmoid.experts=4"})
    { // sigmoid has no fits yet
        INFO(setting);
        Study const study = tiny_study({setting});
        CHECK_NOTHROW(Store::create(folder.path(), study));
        CHECK(Store::open(folder.path()).study_text() == study.resolved);
    }
}

TEST_CASE("a label that shares the cell of another one is checked too")
{
    TempFolder folder;
    std::string const twin = "fit.sigmoid.gate={score=\"linear\", normalizer=\"softmax\"}";
    std::string const loss = "fit.sigmoid.loss=\"softmax.L1\"";
    {
        Study const study = tiny_study({twin, loss});
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        REQUIRE(store.cells().size() == 2);
        store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1)});
    }
    for (char const* label : {"softmax", "sigmoid"}) {
        std::string const text = refusal(
            [&] {
                Store::create(folder.path(),
                              tiny_study({twin, loss, std::string("fit.") + label + ".experts=4"}));
            },
            Exit::store);
        CHECK_THAT(text, Contains("\"" + std::string(label) + "\""));
    }
}

TEST_CASE("a stored study that cannot be read is the store's fault")
{
    TempFolder folder;
    Study study = tiny_study();
    study.resolved = "not = [toml";
    Store const store = Store::create(folder.path(), study);
    CHECK_THROWS_AS(stored_study(store), StoreError);
}

TEST_CASE("another study's folder is refused")
{
    TempFolder folder;
    fill(folder);
    std::string const text = refusal(
        [&] { Store::create(folder.path(), tiny_study({"study.id=\"other\""})); }, Exit::store);
    CHECK_THAT(text, Contains("\"tiny\"") && Contains("\"other\"") && Contains("-o"));
}

TEST_CASE("damaged files and files of others are refused and left as they are")
{
    TempFolder folder;
    fill(folder);
    std::string const file = folder.path("store.sqlite");
    std::string const whole = content(file);
    Study const study = tiny_study();
    std::string garbled = whole;
    // The second page on: trees of the tables.
    std::fill(garbled.begin() + 4096, garbled.begin() + 4 * 4096, '\x5a');
    std::string blank_end = whole; // pages that opening a store has no need to read
    std::fill(blank_end.end() - 2 * 4096, blank_end.end(), '\0');
    for (std::string const& damaged :
         {whole.substr(0, whole.size() / 2), whole.substr(0, 5000), whole.substr(0, 50),
          std::string("this is no database, but long enough to be looked at as one. ") +
              std::string(2000, '.'),
          garbled, blank_end})
    {
        INFO(damaged.size());
        write(file, damaged);
        for (auto const& open :
             {std::function<void()>([&] { Store::create(folder.path(), study); }),
              std::function<void()>([&] { Store::open(folder.path()); })})
        {
            std::string const text = refusal(open, Exit::store);
            CHECK_THAT(text, Contains("store.sqlite") && Contains("move it away"));
            CHECK(text.find('\n') == std::string::npos);
            CHECK(content(file) == damaged);
        }
    }
}

TEST_CASE("a database of another program and a newer format are refused")
{
    TempFolder folder;
    Study const study = tiny_study();
    {
        sqlite::Database other(folder.path("store.sqlite"), sqlite::Database::Mode::write);
        other.execute("CREATE TABLE study (id TEXT)");
    }
    CHECK_THROWS_WITH(Store::create(folder.path(), study), Contains("another program"));
    CHECK_THROWS_WITH(Store::open(folder.path()), Contains("another program"));

    TempFolder newer;
    fill(newer);
    {
        sqlite::Database database(newer.path("store.sqlite"), sqlite::Database::Mode::write);
        database.execute("PRAGMA user_version = 3");
    }
    CHECK_THROWS_WITH(Store::create(newer.path(), study), Contains("format 3"));
    CHECK_THROWS_WITH(Store::open(newer.path()), Contains("format 3"));
}

TEST_CASE("folders that are none, and folders without a store")
{
    TempFolder folder;
    Study const study = tiny_study();
    write(folder.path("plain"), "text");
    CHECK_THROWS_AS(Store::create(folder.path("plain"), study), StoreError);
    CHECK_THROWS_AS(Store::create(folder.path("plain/below"), study), StoreError);
    CHECK_THROWS_AS(Store::open(folder.path("plain")), StoreError);
    CHECK_THROWS_WITH(Store::open(folder.path()), Contains("no store"));
    CHECK_THROWS_WITH(Store::open(folder.path("absent")), Contains("absent"));
    std::filesystem::create_directory(folder.path("store.sqlite"));
    CHECK_THROWS_WITH(Store::create(folder.path(), study), Contains("folder"));

    TempFolder empty; // as after a kill before the first transaction
    write(empty.path("store.sqlite"), "");
    CHECK_THROWS_WITH(Store::open(empty.path()), Contains("empty"));
    CHECK_NOTHROW(Store::create(empty.path(), study));
}

TEST_CASE("a full disk is a failure that says what to do")
{
    TempFolder folder;
    sqlite::Database database(folder.path("small.sqlite"), sqlite::Database::Mode::write);
    database.execute("CREATE TABLE t (b BLOB)");
    database.execute("PRAGMA max_page_count = 20"); // SQLite answers as on a full disk
    sqlite::Statement insert(database, "INSERT INTO t VALUES (?)");
    std::string const text =
        refusal([&] { insert.with(std::vector<double>(100000, 1.0)).run(); }, Exit::failure);
    CHECK_THAT(text, Contains("disk full") && Contains("all finished blocks are saved") &&
                         Contains("free space and run again"));
}

TEST_CASE("a lock held by another program is waited for, then reported")
{
    TempFolder folder;
    sqlite::Database first(folder.path("a.sqlite"), sqlite::Database::Mode::write);
    first.execute("CREATE TABLE t (x)");
    sqlite::Database second(folder.path("a.sqlite"), sqlite::Database::Mode::write, 20);
    first.execute("BEGIN IMMEDIATE");
    std::string const text = refusal([&] { second.execute("BEGIN IMMEDIATE"); }, Exit::store);
    CHECK_THAT(text, Contains("is locked"));
    first.execute("COMMIT");
    CHECK_NOTHROW(second.execute("BEGIN IMMEDIATE"));
}

TEST_CASE("a reader changes nothing")
{
    TempFolder folder;
    fill(folder);
    sqlite::Database reader(folder.path("store.sqlite"), sqlite::Database::Mode::read);
    CHECK_THROWS_AS(reader.execute("DELETE FROM loss"), StoreError);
}

TEST_CASE("a shard that was cut off at any byte is named, never merged in part", "[shard]")
{
    TempFolder folder;
    {
        Study const study = tiny_study();
        Store store = Store::create(folder.path("whole"), study, Shard{1, 2});
        add_cells(store, study);
        for (int r = 0; r <= 30; ++r)
            store.add_fits({fit_row(study, study.curves[0], 100, r, 0.1)});
    }
    std::string const whole = folder.path("whole") + "/store.1of2.sqlite";
    auto const size = std::filesystem::file_size(whole);
    std::string const cut = folder.path("cut") + "/store.1of2.sqlite";
    std::filesystem::create_directories(folder.path("cut"));
    constexpr std::uintmax_t page = 4096, near_its_end = 40; // rows fill a page from its end
    for (std::uintmax_t end = page; end <= size; end += page)
        for (std::uintmax_t const at : {end - near_its_end, end - page / 2, end - 1, end}) {
            std::filesystem::copy_file(whole, cut,
                                       std::filesystem::copy_options::overwrite_existing);
            std::filesystem::resize_file(cut, at);
            INFO(at << " of " << size << " bytes");
            auto const merge = [&] { merge_stores({folder.path("cut")}, folder.path("into")); };
            if (at == size)
                CHECK_NOTHROW(merge());
            else
                CHECK_THAT(refusal(merge, Exit::store), Contains("store.1of2.sqlite is damaged"));
        }
}
