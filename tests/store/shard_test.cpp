#include "host/core/error.h"
#include "host/store/file_lock.h"
#include "host/store/merge.h"
#include "host/store/schema.h"
#include "host/store/store.h"
#include "tests/store/killed.h"
#include "tests/store/shards.h"

#include <catch2/catch.hpp>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// All tables of a file as text, rows sorted, so that files whose rows came in another order are
/// equal; runs by their names.
std::string dump(std::string const& file)
{
    sqlite::Database database(file, sqlite::Database::Mode::read);
    std::string text;
    for (std::string const query :
         {"SELECT id, toml FROM study", "SELECT uid, started, outcome, shard FROM run",
          "SELECT id, label FROM cell",
          "SELECT f.cell, f.r, run.uid, f.status, f.excess, f.seconds FROM fit f JOIN run ON "
          "run.id "
          "= f.run",
          "SELECT cell, r, at, mse, hex(params) FROM point",
          "SELECT cell, r, at, name, value, cells FROM loss"})
    {
        std::set<std::string> lines;
        sqlite::Statement row(database, query);
        while (row.step()) {
            std::string line;
            for (std::size_t i = 0; i < row.columns().size(); ++i)
                line += row.text(static_cast<int>(i)) + "|";
            lines.insert(line);
        }
        for (std::string const& line : lines)
            text += line + "\n";
    }
    return text;
}

} // namespace

TEST_CASE("shards have names, and share all jobs out", "[shard]")
{
    CHECK(shard_text(*shard_of("3/7")) == "3/7");
    for (char const* text : {"0/7", "8/7", "3", "3/", "/7", "3/7/1", "03/7", "a/b", "-1/7", ""})
        CHECK_FALSE(shard_of(text));
    CHECK(store_file(Shard{3, 7}, "sqlite") == "store.3of7.sqlite");
    CHECK(store_file(std::nullopt, "lock") == "store.lock");
    CHECK(store_file(Shard{3, 7}, "log") == "run.3of7.log");
    CHECK(store_file_name("store.3of7.sqlite")->shard == Shard{3, 7});
    CHECK_FALSE(store_file_name("store.sqlite")->shard);
    for (char const* name : {"store.8of7.sqlite", "store.3of7.sqlite.damaged", "my.sqlite"})
        CHECK_FALSE(store_file_name(name));
    for (int number = 0; number < 20; ++number) {
        int owners = 0;
        for (int i = 1; i <= 7; ++i)
            owners += Shard{i, 7}.has(number) ? 1 : 0;
        CHECK(owners == 1);
    }
}

TEST_CASE("readers see all shards, and a shard sees all but its own", "[shard]")
{
    TempFolder folder;
    Study const study = tiny_study();
    write_shard(folder.path(), Shard{1, 2}, 0, 1);
    write_shard(folder.path(), Shard{2, 2}, 2, 2);
    CHECK(fits_in(Store::open(folder.path())) == 12);
    CHECK(fits_in(*Store::others(folder.path(), study, Shard{1, 2})) == 4);
    CHECK(fits_in(*Store::others(folder.path(), study, std::nullopt)) == 12);
    CHECK_FALSE(Store::others(folder.path("none"), study, Shard{1, 2}));
    auto const parts = Store::open(folder.path()).parts();
    REQUIRE(parts.size() == 2);
    CHECK(parts[1].file == "store.2of2.sqlite");
    CHECK(parts[1].count.fits == 4);
    CHECK(parts[1].last->shard == "2/2");
    CHECK_FALSE(parts[1].being_written);
    std::string const text = refused([&] {
        Store::others(folder.path(), tiny_study({"study.seed=8"}), Shard{1, 3});
    });
    CHECK_THAT(text, Contains("seed") && Contains("7") && Contains("8"));
}

TEST_CASE("two writers of one shard are refused, of two they are not", "[shard]")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store const one = Store::create(folder.path(), study, Shard{1, 2});
    CHECK_THAT(refused([&] {
                   Store::create(folder.path(), study, Shard{1, 2});
               }),
               Contains("in use") && Contains("store.1of2.lock"));
    Store const other = Store::create(folder.path(), study, Shard{2, 2});
    CHECK(WriterLock::held(folder.path(), "store.1of2.lock"));
    CHECK_FALSE(WriterLock::held(folder.path(), "store.lock"));
}

TEST_CASE("a shard is read while it is written, without a lock", "[shard]")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store writer = Store::create(folder.path(), study, Shard{1, 1});
    add_cells(writer, study);
    Store const reader = Store::open(folder.path());
    std::string const cell = cell_row(study, study.curves[0], 100).id;
    for (int r = 0; r < 4; ++r) {
        writer.add_fits({fit_row(study, study.curves[0], 100, r, 0.1)});
        CHECK(reader.replicates(cell).size() == r + 1u);
        CHECK(reader.fits(cell, true).size() == r + 1u);
    }
}

TEST_CASE("what a kill has left half done is undone in a copy, and the file is left alone",
          "[shard]")
{
    TempFolder folder;
    Study const study = tiny_study();
    write_shard(folder.path(), Shard{1, 1}, 0, 0);
    std::string const file = folder.path("store.1of1.sqlite");
    bool hot = false, lived = false;
    for (int calls = 4; !lived && calls < 60; calls += 3) {
        lived = lives(calls, [&] {
            Store::create(folder.path(), study, Shard{1, 1})
                .add_fits({fit_row(study, study.curves[0], 100, 1, 0.1),
                           fit_row(study, study.curves[1], 100, 1, 0.1)});
        });
        if (lived || !std::filesystem::exists(file + "-journal"))
            continue;
        std::string const before = content(file), journal = content(file + "-journal");
        hot = true;
        CHECK(fits_in(Store::open(folder.path())) == 4);
        CHECK(content(file) == before);
        CHECK(content(file + "-journal") == journal);
    }
    CHECK(hot);
    CHECK(lived);
    CHECK(fits_in(Store::open(folder.path())) == 6);
}

TEST_CASE("a merge is idempotent and free of order, and keeps the runs", "[merge]")
{
    TempFolder one, other, again;
    for (TempFolder const* folder : {&one, &other})
        write_shard(folder->path(), Shard{1, 3}, 0, 0);
    // The same names of runs in both, which are random otherwise.
    std::filesystem::copy_file(one.path("store.1of3.sqlite"), other.path("store.1of3.sqlite"),
                               std::filesystem::copy_options::overwrite_existing);
    write_shard(one.path(), Shard{2, 3}, 1, 2, tiny_study(), 0.1, "2024-01-02T00:00:00Z");
    std::filesystem::copy_file(one.path("store.2of3.sqlite"), other.path("store.2of3.sqlite"));

    MergeReport const all = merge_stores({one.path()}, one.path());
    CHECK(all.files == 2);
    CHECK(all.fits == 12);
    CHECK(all.there == 0);
    CHECK(all.shards == std::vector<Shard>{{1, 3}, {2, 3}});
    std::string const whole = dump(one.path("store.sqlite"));

    std::filesystem::create_directory(other.path("later"));
    std::filesystem::rename(other.path("store.1of3.sqlite"), other.path("later/store.1of3.sqlite"));
    CHECK(merge_stores({other.path()}, other.path()).fits == 8); // the second one first
    CHECK(merge_stores({other.path("later"), other.path()}, other.path()).fits == 4);
    CHECK(dump(other.path("store.sqlite")) == whole);

    MergeReport const twice = merge_stores({one.path(), other.path()}, one.path());
    CHECK(twice.fits == 0);
    CHECK(twice.there == 4 + 8 + 8 + 12);
    CHECK(dump(one.path("store.sqlite")) == whole);
    CHECK(faults(one.path("store.sqlite")).empty());
    CHECK(Store::open(one.path()).runs().size() == 2); // those of the shards are the same
    CHECK(fits_in(Store::merged(one.path())) == 12);
}

TEST_CASE("a merge refuses another result of a fit and another study, and changes nothing",
          "[merge]")
{
    TempFolder folder, others;
    write_shard(folder.path(), Shard{1, 2}, 0, 1);
    merge_stores({folder.path()}, folder.path());
    std::string const before = dump(folder.path("store.sqlite"));

    write_shard(others.path(), Shard{2, 2}, 1, 2, tiny_study(), 0.2); // replicate 1 is another one
    std::string const text = refused([&] {
        merge_stores({others.path(), folder.path()}, folder.path());
    });
    CHECK_THAT(text, Contains("label \"softmax\" n=100") && Contains("r=1") && Contains("4000") &&
                         Contains("store.2of2.sqlite") &&
                         (Contains("/store.sqlite") || Contains("store.1of2.sqlite")));
    CHECK(dump(folder.path("store.sqlite")) == before);

    TempFolder seeds;
    write_shard(seeds.path(), Shard{2, 2}, 2, 2, tiny_study({"study.seed=8"}));
    CHECK_THAT(refused([&] {
                   merge_stores({seeds.path(), folder.path()}, folder.path());
               }),
               Contains("seed") && Contains("different studies"));
    CHECK(dump(folder.path("store.sqlite")) == before);
    CHECK_THAT(refused([&] { merge_stores({others.path()}, others.path("new")); }),
               Contains("nothing was refused"));
}

TEST_CASE("a merge that is refused names the two sources and leaves nothing", "[merge]")
{
    TempFolder folder;
    for (char const* name : {"a", "b", "c"})
        write_shard(folder.path(name), std::nullopt, 0, 1, tiny_study(), *name == 'c' ? 0.2 : 0.1);
    std::string const into = folder.path("new") + "/deep/";
    std::string const text = refused([&] {
        merge_stores({folder.path("a"), folder.path("b"), folder.path("c")}, into);
    });
    CHECK_THAT(text, Contains(folder.path("c") + "/store.sqlite and " + folder.path("a") +
                              "/store.sqlite hold different results"));
    CHECK_THAT(text, !Contains("deep"));
    CHECK_FALSE(std::filesystem::exists(folder.path("new")));
    // A folder that was there stays, and so does what is in it.
    std::filesystem::create_directory(folder.path("new"));
    refused([&] { merge_stores({folder.path("a"), folder.path("c")}, folder.path("new")); });
    CHECK(std::filesystem::is_empty(folder.path("new")));
}

TEST_CASE("a merge takes no folder without a store, but for the one that it writes", "[merge]")
{
    TempFolder folder;
    write_shard(folder.path("a"), std::nullopt, 0, 1);
    std::filesystem::create_directory(folder.path("empty"));
    CHECK_THAT(refused([&] {
                   merge_stores({folder.path("a"), folder.path("empty")}, folder.path("new"));
               }),
               Contains(folder.path("empty") + " holds no store"));
    CHECK_FALSE(std::filesystem::exists(folder.path("new")));
    CHECK(merge_stores({folder.path("empty"), folder.path("a")}, folder.path("empty")).fits > 0);
    // Under another name a store is itself.
    std::filesystem::create_directory(folder.path("linked"));
    std::filesystem::create_hard_link(folder.path("a") + "/store.sqlite",
                                      folder.path("linked") + "/store.sqlite");
    CHECK(merge_stores({folder.path("a")}, folder.path("linked")).files == 0);
}

TEST_CASE("a merge fills what was left out: parameters, and columns of later versions", "[merge]")
{
    TempFolder folder;
    Study const study = tiny_study();
    FitRow fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    for (int i = 1; i <= 2; ++i) {
        Store store = Store::create(folder.path(), study, Shard{i, 2});
        add_cells(store, study);
        FitRow row = fit;
        if (i == 1)
            for (Point& point : row.points)
                point.theta.clear();
        store.add_fits({row});
    }
    MergeReport const report = merge_stores({folder.path()}, folder.path());
    CHECK(report.fits == 1);
    CHECK(report.there == 1);
    Store const merged = Store::merged(folder.path());
    CHECK(merged.fits(fit.cell, true).at(0).at(at_fit).theta == fit.at(at_fit).theta);
}
