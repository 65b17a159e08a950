// Sums over n of logarithms, and the test that a curve is one line: by hand and by simulation.

#include "host/rates/bootstrap.h"
#include "host/rates/contrast.h"
#include "host/rates/line_test.h"
#include "tests/rates/awkward.h"
#include "tests/rates/cpu.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <functional>
#include <random>

using namespace moerate;

namespace
{

std::vector<int> const five{200, 400, 800, 1600, 3200};

/// Log-normal replicates times level(n).
Samples replicates_of(std::vector<int> const& n, int replicates, double sigma, unsigned seed,
                      std::function<double(int)> const& level)
{
    std::mt19937_64 engine(seed);
    std::lognormal_distribution<double> value(0.0, sigma);
    Samples samples{n, {}};
    for (int const size : n) {
        samples.values.emplace_back();
        for (int r = 0; r < replicates; ++r)
            samples.values.back().push_back(value(engine) * level(size));
    }
    return samples;
}

double root(int n)
{
    return 1 / std::sqrt(n);
}

LogCurve curve_of(Samples const& samples, std::uint32_t seed, bool nested = false,
                  Statistic statistic = Statistic::mean)
{
    return estimates(cpu(), samples, resampling_of(seed, nested), {statistic}, "loss")[0].curve;
}

} // namespace

TEST_CASE("a sum with the slope's weights is the slope with its interval")
{
    for (bool const nested : {false, true}) {
        Samples const samples = replicates_of(five, 12, 0.5, 1, root);
        for (Statistic const statistic :
             {Statistic::mean, Statistic::median, Statistic::trimmed, Statistic::geometric})
        {
            Slope const slope =
                slopes(cpu(), samples, resampling_of(3, nested), {statistic}, "loss")[0];
            LogCurve const curve = curve_of(samples, 3, nested, statistic);
            Contrast const same = contrast(curve, LogLine(five).weights());
            CHECK(same.value == slope.slope);
            CHECK(same.lo == slope.lo);
            CHECK(same.hi == slope.hi);
        }
    }
}

TEST_CASE("the slope of the right part of a curve is that of these n alone")
{
    Samples const samples = replicates_of(five, 12, 0.5, 2, root);
    Samples const right{{800, 1600, 3200}, {samples.values.begin() + 2, samples.values.end()}};
    Contrast const part = contrast(curve_of(samples, 4), tail_weights(five, 2));
    Slope const alone = slopes(cpu(), right, resampling_of(4, false), {Statistic::mean}, "loss")[0];
    CHECK(part.value == Approx(alone.slope));
    CHECK(part.lo == Approx(alone.lo));
    CHECK(part.hi == Approx(alone.hi));
}

TEST_CASE("a difference of curves that share their noise has a short interval")
{
    // b is a times n^-0.1 exactly: the difference of the slopes is known without error.
    Samples const a = replicates_of(five, 20, 1, 5, root);
    Samples b = a;
    for (std::size_t i = 0; i < five.size(); ++i)
        for (double& value : b.values[i])
            value *= std::pow(five[i], -0.1);
    Contrast const apart =
        contrast(difference(curve_of(a, 6), curve_of(b, 6)), LogLine(five).weights());
    CHECK(apart.value == Approx(0.1));
    CHECK(apart.hi - apart.lo < 1e-12);
    // Of other replicates with the same noise's law the interval is as wide as two slopes make it.
    Contrast const other =
        contrast(difference(curve_of(a, 6), curve_of(replicates_of(five, 20, 1, 7, root), 8)),
                 LogLine(five).weights());
    CHECK(other.hi - other.lo > 0.3);
}

TEST_CASE("what only one of two samples has is left out of both")
{
    double const no = no_number;
    Samples a{{100, 200}, {{1, no, 3, 4}, {5, 6, 7, 8}}}, b{{100, 200}, {{1, 2, no}, {5, 6, 7}}};
    keep_common(a, b);
    for (Samples const* one : {&a, &b}) {
        CHECK(one->values[0].size() == 3);
        CHECK(counted(one->values[0]) == 1);
        CHECK(counted(one->values[1]) == 3);
    }
    CHECK(curve_of(a, 1).replicates() == 1);
}

TEST_CASE("Wallace's normal deviate has the tail of Student's distribution")
{
    for (double const freedom : {3.0, 9.0, 30.0}) // 1.96 is the normal 97.5 % quantile
        CHECK(normal_deviate(student_quantile(freedom), freedom) == Approx(1.95996).margin(0.02));
    CHECK(normal_deviate(-2.5, 1e9) == 2.5);
}

TEST_CASE("the test of one line rejects a bend and spares lines at its level")
{
    // 300 studies of 10 replicates. Lines: 1 % are to be rejected; of 300
    // more than 12 (4 %) at 1 % has probability 1e-5. Under sanitizers 60, of which more than 5 has
    // 5e-5.
    constexpr int studies = sanitized ? 60 : 300, most = sanitized ? 5 : 12;
    auto const rejected = [](double sigma, std::function<double(int)> const& level, bool nested) {
        int count = 0;
        for (unsigned study = 0; study < studies; ++study) {
            auto const lack =
                lack_of_fit(curve_of(replicates_of(five, 10, sigma, study, level), study, nested));
            REQUIRE(lack);
            count += lack->p < 0.01 ? 1 : 0;
        }
        return count;
    };
    CHECK(rejected(0.25, root, false) <= most);
    CHECK(rejected(0.5, root, true) <= most);
    auto const bent = [](int n) { return root(n) * (n == 800 ? 1.5 : 1); };
    CHECK(rejected(0.25, bent, false) >= studies / 3);
}

TEST_CASE("the test of one line needs three n, two replicates and noise")
{
    CHECK_FALSE(lack_of_fit(curve_of(replicates_of({100, 200}, 10, 0.5, 1, root), 1)));
    CHECK_FALSE(lack_of_fit(curve_of(replicates_of(five, 1, 0.5, 1, root), 1)));
    CHECK_FALSE(lack_of_fit(curve_of(replicates_of(five, 10, 0, 1, root), 1)));
    auto const lack = lack_of_fit(curve_of(
        replicates_of(five, 30, 0.1, 1, [](int n) { return root(n) * (n == 800 ? 2 : 1); }), 1));
    REQUIRE(lack);
    CHECK(lack->n == 800);
    CHECK(lack->residual == Approx(std::log(2) * 0.8).margin(0.1)); // 4/5 of it, the middle of five
    CHECK(lack->p < 2.0 / bootstrap_draws);
}

TEST_CASE("a floor is named by the n from which on the curve is flat")
{
    auto const floored = [](int n) { return n < 800 ? root(n) : root(800); };
    auto const floor = floor_of(curve_of(replicates_of(five, 40, 0.1, 3, floored), 1), -0.1);
    REQUIRE(floor);
    CHECK(floor->n == 800);
    CHECK_FALSE(floor->whole);
    CHECK_FALSE(floor_of(curve_of(replicates_of(five, 40, 0.1, 3, root), 1), -0.1));
    // Noise alone is no floor: the interval holds more than flat slopes.
    CHECK_FALSE(floor_of(curve_of(replicates_of(five, 4, 1.5, 3, floored), 1), -0.1));
    auto const flat = floor_of(
        curve_of(replicates_of({100, 1000}, 40, 0.1, 3, [](int) { return 1.0; }), 1), -0.1);
    REQUIRE(flat);
    CHECK(flat->whole);
}
