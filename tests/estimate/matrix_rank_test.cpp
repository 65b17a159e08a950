#include "host/estimate/rank.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace moerate;

TEST_CASE("a rank leaves out zero columns and does not depend on units")
{
    // Columns of J: u, 0, v, 1e6 (u + v), with u.u = v.v = 1 and u.v = 0.
    double const c = 1e6;
    Rank const found = rank_of({1, 0, 0, c, //
                                0, 0, 0, 0, //
                                0, 0, 1, c, //
                                c, 0, c, 2 * c * c},
                               4);
    CHECK(found.rank == 2);
    CHECK(found.dead == 1);
    // Scaled: 1 on the diagonal and sqrt(1/2) beside u + v; eigenvalues 0, 1 and 2.
    CHECK(found.smallest[0] == Approx(0).margin(1e-14));
    CHECK(found.smallest[1] == Approx(1));
    CHECK(found.smallest[2] == Approx(2));
    CHECK(std::isnan(found.smallest[3]));
}

TEST_CASE("what is all zero or not finite has no rank")
{
    CHECK(rank_of({0, 0, 0, 0}, 2).dead == 2);
    CHECK(rank_of({0, 0, 0, 0}, 2).rank == 0);
    double const infinite = std::numeric_limits<double>::infinity();
    Rank const found = rank_of({1, infinite, infinite, 1}, 2);
    CHECK(found.rank == 0);
    CHECK(std::isnan(found.smallest[0]));
}
