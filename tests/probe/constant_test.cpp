#include "host/probe/constant.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;

namespace
{

/// A curve of rank 10 whose split truth has the truth's f.
ConstantCurve concluded(std::vector<double> const& epsilon, std::vector<double> const& distance)
{
    ConstantCurve curve;
    curve.size = 1;
    for (std::size_t e = 0; e < epsilon.size(); ++e) {
        ConstantPoint point;
        point.epsilon = epsilon[e];
        point.reached = true;
        point.distance = distance[e];
        point.ratio = distance[e] / epsilon[e];
        point.needed = 10 / (distance[e] * distance[e]);
        curve.points.push_back(point);
    }
    conclude(curve);
    return curve;
}

} // namespace

TEST_CASE("a ratio stays or falls by its trend at the least losses")
{
    ConstantCurve const steady = concluded({1, 0.1, 0.01}, {0.5, 0.02, 0.002});
    CHECK(steady.end == ConstantEnd::steady);
    CHECK(steady.trend == Approx(1));
    CHECK(steady.shows == Approx(10 / (0.02 * 0.02)));
    ConstantCurve const falling = concluded({1, 0.1, 0.01}, {1, 0.01, 1e-4});
    CHECK(falling.end == ConstantEnd::falling);
    CHECK(falling.trend == Approx(2));
    CHECK(concluded({0.1}, {0.01}).end == ConstantEnd::unknown);
}

TEST_CASE("a twin at a larger loss is no trend, and must be told from the truth, too")
{
    // At 0.1 a measure far from the truth is nearer than any at 0.03.
    ConstantCurve const curve =
        concluded({1, 0.3, 0.1, 0.03, 0.01}, {1e-4, 4e-5, 6e-6, 2e-5, 7e-6});
    CHECK(curve.end == ConstantEnd::steady);
    CHECK(curve.shows == Approx(10 / (6e-6 * 6e-6)));
}
