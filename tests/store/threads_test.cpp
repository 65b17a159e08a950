#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/store.h"
#include "tests/store/store_fixture.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// A store with fits of so many replicates of a cell, but each thirteenth; its file's size.
std::uintmax_t fill(TempFolder const& folder, Study const& study, int replicates)
{
    {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        std::vector<FitRow> fits;
        for (int r = 0; r < replicates; ++r)
            if (r % 13 != 7)
                fits.push_back(fit_row(study, study.curves[0], 100, r, 0.1 + r));
        store.add_fits(fits);
    }
    return std::filesystem::file_size(folder.path("store.sqlite"));
}

/// Overwrites the page in the middle of a file.
void damage(std::string const& file, std::uintmax_t size)
{
    constexpr std::uintmax_t page = 4096;
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(std::streamoff(size / page / 2 * page));
    stream << std::string(page, '\x17');
}

} // namespace

TEST_CASE("several threads read the fits that one does")
{
    TempFolder folder;
    Study const study = tiny_study();
    fill(folder, study, 20000);
    std::string const cell = cell_row(study, study.curves[0], 100).id;
    Store const alone = Store::open(folder.path());
    for (int const threads : sanitized ? std::vector{3} : std::vector{2, 3, 7})
        for (Replicates const replicates :
             {Replicates{}, Replicates{5000, 14000}, Replicates{7, 7}, Replicates{30000, 40000}})
            for (bool const parameters : {false, true}) {
                if (parameters && replicates.first == 0)
                    continue; // of fewer
                std::vector<FitRow> const want = alone.fits(cell, parameters, replicates);
                Store const store = Store::open(folder.path(), threads);
                std::vector<FitRow> const fits = store.fits(cell, parameters, replicates);
                REQUIRE(fits.size() == want.size());
                bool same = true;
                for (std::size_t i = 0; i < fits.size(); ++i)
                    same = same && fits[i].replicate == want[i].replicate &&
                           same_result(fits[i], want[i]) &&
                           fits[i].points.size() == want[i].points.size() &&
                           fits[i].at(at_fit).theta == want[i].at(at_fit).theta &&
                           fits[i].at(at_fit).losses.size() == want[i].at(at_fit).losses.size();
                CHECK(same);
                CHECK(store.fit_count(cell) == alone.count(cell).fits);
                CHECK(store.fit_count(cell, 100) == alone.count(cell, 100).fits);
            }
}

TEST_CASE("a store with replicates far apart is read by several threads")
{
    TempFolder folder;
    Study const study = tiny_study();
    std::string const cell = cell_row(study, study.curves[0], 100).id;
    int const last = std::numeric_limits<int>::max();
    {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        for (int const r : {0, 1, last})
            store.add_fits({fit_row(study, study.curves[0], 100, r, 0.1)});
    }
    std::vector<FitRow> const fits = Store::open(folder.path(), 2).fits(cell, false);
    REQUIRE(fits.size() == 3);
    CHECK(fits.back().replicate == last);
}

TEST_CASE("a damaged store is refused by several threads as by one")
{
    TempFolder folder;
    Study const study = tiny_study();
    damage(folder.path("store.sqlite"), fill(folder, study, 6000));
    CHECK_THROWS_WITH(Store::open(folder.path()), Contains("is damaged"));
    // The pages are checked beside the first question, whatever that is.
    std::string const cell = cell_row(study, study.curves[0], 100).id;
    auto const refused = [&](auto&& question) {
        CHECK_THROWS_WITH(question(Store::open(folder.path(), 2)), Contains("is damaged"));
    };
    refused([&](Store const& store) { store.fits(cell, false); });
    refused([&](Store const& store) { store.fits(cell, false, {0, 1}); });
    refused([&](Store const& store) { store.fit_count(cell); });
    refused([&](Store const& store) { store.cells(); });
    refused([&](Store const& store) { store.runs(); });
}
