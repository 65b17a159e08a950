#include "host/rates/rates.h"
#include "host/rates/windows.h"
#include "tests/rates/awkward.h"
#include "tests/rates/cpu.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

TEST_CASE("the replicate that moves a slope most is the outlier, and by how much is exact")
{
    // Means 2 and 1; without the 5 the first is 1.25: from log(1/2) / log 10 to log(1/1.25) /
    // log 10.
    double const no = no_number;
    Samples const samples{{100, 1000}, {{1, 1.5, no, 0.5, 5, 2}, {1, 1, 1, 1}}};
    auto const found = most_influential(samples, 2);
    REQUIRE(found.size() == 2);
    CHECK(found[0].n == 100);
    CHECK(found[0].replicate == 4);
    CHECK(found[0].value == 5);
    CHECK(found[0].slope_without == Approx(-std::log10(1.25)));
    CHECK(found[0].change == Approx(std::log10(2) - std::log10(1.25)));
    CHECK(found[1].replicate == 3);
    CHECK(most_influential(samples).size() == 9);
    CHECK(most_influential({{100, 1000}, {{1}, {no}}}).empty());
}

TEST_CASE("slopes over the right parts of the n keep three of them")
{
    Samples const samples{{100, 200, 400, 800},
                          {{1.0, 1.1}, {0.5, 0.6}, {0.25, 0.26}, {0.125, 0.13}}};
    LogCurve const curve =
        estimates(cpu(), samples, resampling_of(1, false), {Statistic::mean}, "loss")[0].curve;
    auto const windows = windows_of(curve, LogCurve{});
    REQUIRE(windows.size() == 2);
    CHECK(windows[0].from == 100);
    CHECK(windows[1].from == 200);
    CHECK(windows[1].mean.slope == Approx(std::log(0.255 / 0.55 * 0.1275 / 0.255) / std::log(4)));
    CHECK(windows[1].mean.lo < windows[1].mean.slope);
    CHECK(std::isnan(windows[0].regression.slope));
}

TEST_CASE("rates over a window are those of the study with these n, and levels are by n")
{
    TempFolder folder;
    Study const study = tiny_study({"study.n=[100, 200, 400, 800]"});
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            for (int r = 0; r < 4; ++r)
                store.add_fits({fit_row(study, curve, n, r, (1 + r / 10.0) / n)});
    RateRow const row = rates(cpu(), store, study, {200, 800, true})[0];
    RateRow const same = rates(store, tiny_study({"study.n=[200, 400, 800]"}))[0];
    CHECK(row.n == same.n);
    CHECK(row.mean.slope == same.mean.slope);
    CHECK(row.mean.lo == same.mean.lo);
    CHECK(row.not_shown.empty()); // the study asks for the others, too
    CHECK(row.windows.size() == 1);
    REQUIRE(row.levels.size() == 3);
    Level const& level = row.levels[0];
    CHECK(level.n == 200);
    CHECK(level.replicates == 4);
    CHECK(level.mean == Approx(1.15 / 200));
    CHECK(level.error == Approx(std::sqrt(0.05 / 3) / 200 / 2)); // sd / sqrt(4)
    CHECK(level.median == Approx(1.15 / 200));
    CHECK(level.regression == Approx(1.15 / 600));
    CHECK(level.admissible == 0.0);
    CHECK_FALSE(level.near_start_won);
    CHECK_THAT(levels_text({row}), Contains("Levels of softmax.L1 by n") &&
                                       Contains("softmax  truth   200  4  0.00575 ± 0.00032") &&
                                       Contains("Levels of the regression error by n"));
    CHECK_THAT(windows_text({row}),
               Contains("from n") && Contains("slope without it") && Contains("softmax.L1"));
    auto const json = rates_to_json({row})["rows"][0];
    CHECK(json["windows"][0]["from"] == 200);
    CHECK(json["influence"].size() == 10);
    CHECK(json["levels"][0]["mean"] == level.mean);
}
