// The replicates that a width of the slopes' intervals needs: on made-up fits, and by hand.

#include "host/rates/precision.h"
#include "tests/rates/compare_case.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

TEST_CASE("replicates for a half-width go by the measured spread")
{
    ComparedResults const results({"study.n=[100, 1000, 10000]", "study.replicates=200"}, 3);
    auto const rows = precision_of(rates(results.store, results.study), 0.02);
    REQUIRE(rows.size() == 3);
    // A log-normal of 0.5: the mean's relative variance is e^0.25 - 1 = 0.284 a replicate. Three n
    // over two decades: sum of squares 2 log(10)^2 = 10.6.
    double const needed = std::pow(1.96 / 0.02, 2) * 0.284 / 10.6;
    CHECK(rows[0].spread == Approx(std::sqrt(0.284)).epsilon(0.15));
    CHECK(static_cast<double>(rows[0].needed) == Approx(needed).epsilon(0.3));
    CHECK_FALSE(rows[0].reached);
    CHECK_FALSE(all_reached(rows));
    CHECK(most_needed(rows) >= rows[0].needed);
    auto const wide = precision_of(rates(results.store, results.study), 0.5);
    CHECK(wide[0].reached);
    CHECK(all_reached(wide));
    CHECK(wide[0].half_width == rows[0].half_width);
    ComparedResults const one({"study.replicates=1"}, 3);
    auto const unknown = precision_of(rates(one.store, one.study), 0.02);
    CHECK_FALSE(unknown[0].unknown.empty());
    CHECK(most_needed(unknown) == 0);
    CHECK_FALSE(all_reached(unknown));
}

TEST_CASE("few replicates: as many as are there are needed where they do, and more where not")
{
    for (int const replicates : {2, 3, 10}) {
        ComparedResults const results(
            {"study.n=[100, 1000]", "study.replicates=" + std::to_string(replicates)}, 3);
        auto const rows = rates(results.store, results.study);
        double const half = (rows[0].mean.hi - rows[0].mean.lo) / 2;
        for (double const times : {0.3, 0.7, 0.95, 0.999, 1.0, 1.001, 1.5, 4.0}) {
            INFO(replicates << " replicates, " << times << " times their half-width");
            RowPrecision const one = precision_of(rows, half * times).front();
            CHECK(one.reached == (times >= 1));
            CHECK((one.needed <= replicates) == one.reached);
            CHECK(one.needed >= 2);
            CHECK(most_needed({one}) >= replicates); // what is there is not thrown away
        }
    }
    // By hand: +- 0.25 of 3 replicates with 4 degrees of freedom, t = 2.776445. 8 have 14 of them,
    // t = 2.144787: 0.25 * 2.144787 / 2.776445 sqrt(3 / 8) = 0.11826; 7, with 12: 0.12844.
    RateRow row;
    row.replicates = 3;
    row.n = {100, 1000};
    row.mean = {{}, {}, -0.5, -0.75, -0.25, "", 0.25 / 2.776445};
    row.mean.freedom = 4;
    CHECK(replicates_for(row, 0.1284) == 8);
    CHECK(replicates_for(row, 0.1285) == 7);
    CHECK(replicates_for(row, 0.1182) == 9);
    CHECK(replicates_for(row, 0.25) == 3);
}

TEST_CASE("replicates narrow a mean over truths where they make its interval")
{
    RateRow row;
    row.replicates = 6;
    row.n = {100, 1000};
    Slope const one{{}, {}, -0.5, -0.7, -0.3, "", 0.1};
    row.truths = Truths{{one, one, one, one}, 0};
    row.mean = {{}, {}, -0.5, -0.6, -0.4, ""}; // 0.2 / sqrt(4)
    REQUIRE(replicates_decide(row));
    auto const needed = precision_of({row}, 0.05);
    CHECK(needed[0].needed == 24);
    CHECK(needed[0].unknown.empty());
    CHECK_FALSE(all_reached(needed));
    // Truths that lie apart: t(3) = 3.182446 times 0.1 / sqrt(4), which more replicates leave.
    for (std::size_t t = 0; t < 4; ++t)
        row.truths->each[t].slope += t < 2 ? 0.15 : -0.15;
    REQUIRE_FALSE(replicates_decide(row));
    auto const apart = precision_of({row}, 0.05);
    CHECK(apart[0].needed == 0);
    CHECK_THAT(apart[0].unknown, Contains("raise study.truths"));
    auto const reached = precision_of({row}, 0.2);
    CHECK(reached[0].reached);
    CHECK(reached[0].needed == 6);
}
