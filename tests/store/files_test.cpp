#include "host/core/error.h"
#include "host/store/store.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// Puts a store of `study` into the folder under `name`, with a run of that time and one fit of the
/// first curve.
void put(TempFolder const& folder, std::string const& name, Study const& study, int replicate,
         std::string const& started = "2024-01-01T00:00:00Z")
{
    TempFolder own;
    {
        Store store = Store::create(own.path(), study);
        RunRow run;
        run.started = started;
        store.begin_run(run);
        add_cells(store, study);
        store.add_fits({fit_row(study, study.curves[0], 100, replicate, 0.1)});
    }
    std::filesystem::copy_file(own.path("store.sqlite"), folder.path(name));
}

std::vector<int> replicates(Store const& store)
{
    Study const study = stored_study(store);
    return store.replicates(cell_row(study, study.curves[0], 100).id);
}

} // namespace

TEST_CASE("files of other names beside the store are none of it")
{
    TempFolder folder;
    put(folder, "store.sqlite", tiny_study(), 0);
    for (char const* name :
         {"store.before.sqlite", "store.sqlite.bak", "store.sqlite.format1", "store.3of2.sqlite",
          "store.0of2.sqlite", "store.01of2.sqlite", "store.1of02.sqlite", "store.1of2.old.sqlite",
          "store.-1of2.sqlite", "store.of2.sqlite", "store.1of.sqlite", "store.1OF2.sqlite",
          "store.1of2.sqlite.sqlite", "xstore.1of2.sqlite", "store..sqlite", "store.1 of 2.sqlite"})
        put(folder, name, tiny_study({"study.id=\"other\"", "study.replicates=1"}), 3);
    Store const store = Store::open(folder.path());
    CHECK(store.study_text() == tiny_study().resolved);
    CHECK(replicates(store) == std::vector<int>{0});
}

TEST_CASE("a folder that holds copies only holds no store")
{
    TempFolder folder;
    put(folder, "store.before.sqlite", tiny_study(), 0);
    CHECK_THROWS_WITH(Store::open(folder.path()), Contains("holds no store"));
}

TEST_CASE("all shards are read, and the study as the last run had it")
{
    TempFolder folder;
    put(folder, "store.1of12.sqlite", tiny_study(), 0, "2024-01-01T00:00:00Z");
    put(folder, "store.2of12.sqlite", tiny_study({"study.replicates=9"}), 1,
        "2024-01-03T00:00:00Z");
    put(folder, "store.12of12.sqlite", tiny_study(), 2, "2024-01-02T00:00:00Z");
    Store const store = Store::open(folder.path());
    CHECK(replicates(store) == std::vector<int>{0, 1, 2});
    CHECK(stored_study(store).replicates == 9);
}

TEST_CASE("files of different studies are refused with both names and the key")
{
    struct
    {
        char const* setting;
        std::vector<std::string> words;
    } const changes[] = {{"study.seed=8", {"seed: store.1of2.sqlite 7, store.2of2.sqlite 8"}},
                         {"study.id=\"other\"", {"id: ", "\"tiny\"", "\"other\""}},
                         {"data.noise_variance=0.02", {"noise_variance: ", "0.01", "0.02"}},
                         {"truth.draw.gate_variance=0.2", {"truth.draw.gate_variance: "}},
                         {"fit.sigmoid.experts=4", {"\"sigmoid\"", "model.experts: "}}};
    for (auto const& [setting, words] : changes) {
        INFO(setting);
        TempFolder folder;
        put(folder, "store.1of2.sqlite", tiny_study(), 0);
        put(folder, "store.2of2.sqlite", tiny_study({setting}), 1);
        try {
            Store::open(folder.path());
            FAIL("nothing was refused");
        } catch (StoreError const& error) {
            std::string const text = error.what();
            CHECK_THAT(text, Contains(folder.path("store.1of2.sqlite")) &&
                                 Contains(folder.path("store.2of2.sqlite")));
            for (std::string const& word : words)
                CHECK_THAT(text, Contains(word));
        }
    }
}
