#include "tests/places.h"
#include "tests/run/runs.h"

#include <filesystem>

using namespace moerate;

namespace
{

Study with(Store const& store, std::vector<std::string> const& settings)
{
    return parse_study(store.study_text(), "stored", settings);
}

/// Rates of a store's fits, as the study asked for them at first.
std::string first_rates(Store const& store)
{
    return rates_to_json(
               rates(store, with(store, {"study.replicates=3", "fit.softmax.gauge=\"align\""})))
        .dump();
}

} // namespace

TEST_CASE("a run goes on with a store of format 1", "[run]")
{
    small::Folder folder;
    std::filesystem::copy_file(MOE_SOURCE_DIR "/tests/store/format1/store.sqlite",
                               folder.path() + "/store.sqlite");
    std::vector<FitRow> before;
    std::string rates_before;
    Study more;
    {
        Store const store = Store::open(folder.path());
        before = small::all_fits(store);
        rates_before = first_rates(store);
        more = with(store, {"study.replicates=5", "fit.softmax.gauge=\"none\""});
    }
    RunReport const report = small::run(more, folder.path());
    CHECK(report.reused == 18); // 3 curves, 2 n, 3 replicates
    CHECK(report.fits == 12);
    CHECK(report.losses == 2 * 2 * 6); // both losses without gauge, at start and fit
    Store const store = Store::open(folder.path());
    CHECK(small::all_fits(store).size() == 30);
    for (FitRow const& old : before) {
        CAPTURE(old.cell, old.replicate);
        std::vector<FitRow> now = store.fits(old.cell, true, {old.replicate, old.replicate});
        REQUIRE(now.size() == 1);
        for (Point& point : now[0].points)
            point.losses.resize(old.at(point.at).losses.size()); // those without gauge follow
        CHECK(small::same(now[0], old));
    }
    CHECK(first_rates(store) == rates_before);
}
