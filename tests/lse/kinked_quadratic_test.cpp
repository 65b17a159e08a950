// The quadratic model with kinks: minima by hand, then drawn ones against their surroundings.

#include "host/estimate/bounded_quadratic.h"
#include "host/estimate/kinked_quadratic.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace moerate;

namespace
{

/// A model with its arrays.
struct Case
{
    std::vector<double> gradient, gram, z, lower, upper;
    std::vector<Kink> kinks;

    KinkedQuadratic model() const
    {
        return {z.size(),     gradient.data(), gram.data(), z.data(),
                lower.data(), upper.data(),    &kinks};
    }
    /// S(z + s) - S(z).
    double at(std::vector<double> const& s) const
    {
        double sum = 0;
        for (std::size_t i = 0; i < s.size(); ++i) {
            sum += gradient[i] * s[i];
            for (std::size_t j = 0; j < s.size(); ++j)
                sum += s[i] * gram[i * s.size() + j] * s[j] / 2;
        }
        for (Kink const& kink : kinks) {
            double beyond = -kink.distance;
            for (std::size_t i = 0; i < s.size(); ++i)
                beyond += kink.crossing[i] * s[i];
            beyond = std::max(0.0, beyond);
            sum += kink.jump * beyond + (kink.jump < 0 ? kink.curvature / 2 * beyond * beyond : 0);
        }
        return sum;
    }
};

/// s + s^2 with a kink on the way down, which is passed where -s > distance.
Case slope(double distance, double jump)
{
    return {{1}, {2}, {0}, {-10}, {10}, {{distance, jump, 0, {-1}}}};
}

KinkedStep minimum_of(Case const& c)
{
    return moerate::minimum_of(c.model(), 0);
}

/// `size` coordinates, kinks of which some are at the point and some depend on each other.
Case drawn(std::size_t size, std::size_t kinks, unsigned seed, bool convex)
{
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    auto const draws = [&](std::size_t count) {
        std::vector<double> values(count);
        for (double& value : values)
            value = normal(random);
        return values;
    };
    Case c{draws(size), std::vector<double>(size * size), draws(size), {}, {}, {}};
    for (std::size_t t = 0; t < size + 3; ++t) {
        std::vector<double> const row = draws(size);
        for (std::size_t i = 0; i < size * size; ++i)
            c.gram[i] += row[i / size] * row[i % size];
    }
    for (double const z : c.z) {
        c.lower.push_back(z - std::fabs(normal(random)));
        c.upper.push_back(z + std::fabs(normal(random)));
    }
    for (std::size_t s = 0; s < kinks; ++s) {
        double const jump = normal(random);
        Kink kink{s % 3 == 0 ? 0 : std::fabs(normal(random)) / 10, convex ? std::fabs(jump) : jump,
                  s % 2 == 0 ? 0 : std::fabs(normal(random)), draws(size)};
        if (s > 0 && s % 4 == 0) // the one before from the other side
            for (std::size_t i = 0; i < size; ++i)
                kink.crossing[i] = -c.kinks[s - 1].crossing[i];
        c.kinks.push_back(std::move(kink));
    }
    return c;
}

} // namespace

TEST_CASE("a convex kink holds the step, or lets it pass with its slope")
{
    KinkedStep const held = minimum_of(slope(0.1, 3)); // slopes 0.8 before, -2.2 behind
    REQUIRE(held.found);
    CHECK(held.step[0] == Approx(-0.1));
    CHECK(held.decrease == Approx(0.09));
    CHECK(held.slope[0] == Approx(0.8));
    KinkedStep const passed = minimum_of(slope(0.1, 0.5));
    CHECK(passed.step[0] == Approx(-0.25));
    CHECK(passed.decrease == Approx(0.25 - 0.0625 - 0.5 * 0.15));
    CHECK(passed.slope[0] == 0.5);
    KinkedStep const far = minimum_of(slope(0.6, 3)); // behind the minimum
    CHECK(far.step[0] == Approx(-0.5));
    CHECK(far.slope[0] == 0);
    KinkedStep const on = minimum_of(slope(0, 3));
    CHECK(on.step[0] == Approx(0).margin(1e-15));
    CHECK(on.decrease == Approx(0).margin(1e-15)); // nothing is left to gain
    CHECK(on.slope[0] == Approx(1));
}

TEST_CASE("a concave kink is passed where that is lower")
{
    KinkedStep const passed = minimum_of(slope(0.1, -1));
    CHECK(passed.step[0] == Approx(-1));
    CHECK(passed.decrease == Approx(0.9));
    KinkedStep const far = minimum_of(slope(0.6, -1)); // another minimum lies behind it
    CHECK(far.step[0] == Approx(-0.5));
    CHECK(far.decrease == Approx(0.25));
    Case top = slope(0, -1); // a point on it with a gradient of 0 is no minimum
    top.gradient[0] = 0;
    CHECK(minimum_of(top).step[0] == Approx(-0.5));
    CHECK(minimum_of(top).decrease == Approx(0.25));
}

TEST_CASE("other minima lie behind concave kinks")
{
    auto const beyond = [](Case const& c, double least) {
        return minima_beyond(c.model(), 0, least);
    };
    Case c = slope(0.6, -1); // minimum_of has the one at -1/2, 1/4 deep
    REQUIRE(beyond(c, 0).size() == 1);
    CHECK(beyond(c, 0)[0].step[0] == Approx(-1));
    CHECK(beyond(c, 0)[0].decrease == Approx(0.4));
    CHECK(beyond(c, 0.5).empty());
    c.kinks[0].curvature = 2; // 1 + 2 s + 1 - 2 (-s - 0.6) = 0 behind it
    REQUIRE(beyond(c, 0).size() == 1);
    CHECK(beyond(c, 0)[0].step[0] == Approx(-0.8));
    CHECK(beyond(c, 0)[0].decrease == Approx(0.32));
    CHECK(beyond(slope(0.1, 3), 0).empty()); // a convex one has nothing behind it
}

TEST_CASE("the box, coordinates that nothing depends on, and damping")
{
    Case c = slope(0.1, 0.5);
    c.lower[0] = -0.2;
    CHECK(minimum_of(c).step[0] == Approx(-0.2));
    CHECK(minimum_of(c).decrease == Approx(0.2 - 0.04 - 0.05));
    c.lower[0] = 0; // it is on the bound
    CHECK(minimum_of(c).step[0] == 0);
    CHECK(minimum_of(c).decrease == Approx(0).margin(1e-15));
    Case const dead{{1, 1}, {2, 0, 0, 0}, {0, 5}, {-10, -10}, {10, 10}, {{0.1, 3, 0, {-1, -1}}}};
    CHECK(minimum_of(dead).step == std::vector<double>{minimum_of(slope(0.1, 3)).step[0], 0});
    CHECK(moerate::minimum_of(slope(0.6, 1).model(), 1).step[0] == Approx(-0.25)); // 2 + 1 * 2
    c.gram[0] = NAN;
    CHECK_FALSE(moerate::minimum_of(c.model(), 1).step == std::vector<double>{1});
}

// -0.3 s + 2 s^2 / 2 beyond the kink, nothing before it.
TEST_CASE("a coordinate comes to life beyond a kink that the point is on")
{
    Case c{{0}, {0}, {0}, {-10}, {10}, {{0, -0.3, 2, {1}}}};
    CHECK(moerate::minimum_of(c.model(), 1e-10).step[0] == Approx(0.15));
    CHECK(moerate::minimum_of(c.model(), 1e-10).decrease == Approx(0.0225));
    c.kinks[0].distance = 0.01;
    CHECK(moerate::minimum_of(c.model(), 1e-10).step[0] == 0);
}

TEST_CASE("no point around is lower")
{
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal;
    for (unsigned seed = 0; seed < 60; ++seed) {
        bool const convex = seed % 2 == 0;
        Case const c = drawn(1 + seed % 7, seed % 13, seed, convex);
        KinkedStep const found = minimum_of(c);
        INFO("seed " << seed);
        REQUIRE(found.found);
        CHECK(found.decrease == Approx(-c.at(found.step)).margin(1e-10));
        CHECK(found.decrease >= -1e-12);
        for (int trial = 0; trial < 300; ++trial) {
            // convex: all of the box; else the surroundings
            double const sd = convex ? std::pow(10, -trial / 60) : 1e-6;
            std::vector<double> other = found.step;
            for (std::size_t i = 0; i < other.size(); ++i)
                other[i] = std::min(std::max(other[i] + sd * normal(random), c.lower[i] - c.z[i]),
                                    c.upper[i] - c.z[i]);
            CHECK(c.at(other) >= -found.decrease - 1e-11);
        }
    }
}

TEST_CASE("a quadratic program in a box")
{
    // (t0 - 1)^2 / 2 + (t1 + t0)^2 / 2: at t0 = 1/2, t1 = -1/2; t1 >= 0 leaves t0 = 1/2, too
    BoundedQuadratic const problem{{2, 1, 1, 1}, {-1, 0}, {0, 0}, {INFINITY, 1}};
    std::vector<double> t{0, 1};
    minimise(problem, t);
    CHECK(t[0] == Approx(0.5));
    CHECK(t[1] == 0);
    // of two variables that are one, their sum counts
    BoundedQuadratic const twice{{1, 1, 1, 1}, {-3, -3}, {0, 0}, {1, 5}};
    t = {0, 0};
    minimise(twice, t);
    CHECK(t[0] + t[1] == Approx(3));
}

// Many variables go in and out of the free set; G has rank 30 of 50, so that some depend on others.
TEST_CASE("the conditions of a minimum hold in larger quadratic programs")
{
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    std::size_t const size = 50, rank = 30;
    for (int trial = 0; trial < 20; ++trial) {
        BoundedQuadratic problem;
        std::vector<double> rows, targets(rank);
        for (double& target : targets)
            target = 3 * normal(random);
        for (std::size_t i = 0; i < size; ++i) {
            problem.b.push_back(0);
            problem.low.push_back(0);
            problem.high.push_back(i % 3 == 0 ? INFINITY : std::fabs(normal(random)));
            for (std::size_t t = 0; t < rank; ++t) {
                rows.push_back(normal(random));
                problem.b.back() -= targets[t] * rows.back();
            }
            if (i == 20 || i == size - 1) // in two parts
                problem.extend(rows.data(), rank);
        }
        for (std::size_t i = 0; i < size * size; ++i) {
            double sum = 0;
            for (std::size_t t = 0; t < rank; ++t)
                sum += rows[i / size * rank + t] * rows[i % size * rank + t];
            CHECK(problem.g[i] == Approx(sum).margin(1e-12));
        }
        std::vector<double> t(size, 0);
        minimise(problem, t);
        std::vector<double> const slopes = problem.slopes(t);
        int moved = 0;
        for (std::size_t i = 0; i < size; ++i) {
            CAPTURE(trial, i, t[i], slopes[i]);
            double const rounding = 1e-9 * problem.slope_size(t, i);
            CHECK(t[i] >= 0);
            CHECK(t[i] <= problem.high[i]);
            if (t[i] > 0)
                CHECK(slopes[i] <= rounding);
            if (t[i] < problem.high[i])
                CHECK(slopes[i] >= -rounding);
            moved += t[i] > 0 && t[i] < problem.high[i] ? 1 : 0;
        }
        CHECK(moved > 5);
    }
}
