#include "host/rates/bootstrap.h"
#include "tests/rates/cpu.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

std::vector<Statistic> const all_statistics{Statistic::mean, Statistic::median, Statistic::trimmed,
                                            Statistic::geometric};

/// R lognormal values at each n around n^slope.
Samples lognormal(std::vector<int> const& n, int replicates, double slope, double spread,
                  std::mt19937_64& engine)
{
    std::normal_distribution<double> normal;
    Samples samples{n, {}};
    for (int const size : n) {
        samples.values.emplace_back();
        for (int r = 0; r < replicates; ++r)
            samples.values.back().push_back(std::pow(size, slope) *
                                            std::exp(spread * normal(engine)));
    }
    return samples;
}

Resampling key(std::uint32_t seed, bool nested = false)
{
    Resampling resampling;
    resampling.key.key0 = seed;
    resampling.nested = nested;
    return resampling;
}

} // namespace

TEST_CASE("equal replicates give a slope without width")
{
    Samples const samples{{100, 400, 1600}, {{1, 1, 1}, {0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}};
    for (Slope const& slope : slopes(cpu(), samples, key(1), all_statistics, "loss")) {
        CHECK(slope.slope == Approx(-0.5).epsilon(1e-14));
        CHECK(slope.lo == Approx(-0.5).epsilon(1e-12));
        CHECK(slope.hi == Approx(-0.5).epsilon(1e-12));
        CHECK(slope.reason.empty());
        REQUIRE(slope.value.size() == 3);
        CHECK(slope.value[1] == Approx(0.5));
    }
    auto const mean = slopes(cpu(), samples, key(1), {Statistic::mean}, "loss")[0];
    CHECK(mean.sd == std::vector<double>(3, 0.0));
}

/// The widening of one n of R < 4 replicates: sqrt(R / (R - 1)) t / z, t of R - 1 degrees.
double widening_of_few(int replicates)
{
    double const student[] = {0, 0, 12.7062047362, 4.3026527297};
    return std::sqrt(replicates / (replicates - 1.0)) * student[replicates] / 1.9599639845;
}

TEST_CASE("the interval of two replicates is the widened range of the four outcomes")
{
    // At n = 10 both values are 1. At n = 100 they are 1 and e^2: a draw's geometric mean is 1, e
    // or e^2 with probability 1/4, 1/2, 1/4. Slopes: 0, 1/L, 2/L with L = log 10; data: 1/L. Tails
    // of 2.5 % lie in the outer outcomes, 1/L away. One n varies, so that shared draws are alike.
    Samples const samples{{10, 100}, {{1, 1}, {1, std::exp(2.0)}}};
    double const unit = 1 / std::log(10.0);
    for (bool const nested : {false, true}) {
        auto const slope =
            slopes(cpu(), samples, key(5, nested), {Statistic::geometric}, "loss")[0];
        CHECK(slope.slope == Approx(unit).epsilon(1e-12));
        CHECK(slope.lo == Approx(unit - widening_of_few(2) * unit).epsilon(1e-9));
        CHECK(slope.hi == Approx(unit + widening_of_few(2) * unit).epsilon(1e-9));
    }
}

TEST_CASE("the tails are 2.5 % each")
{
    // One of three values at n = 100 is e^3, the others 1: a draw's log geometric mean is the
    // number of times that value is drawn, and 3 with probability 1/27, between 2.5 and 5 %. So the
    // upper end is that outcome, widened; the lower end is 0 (8/27). With e^-3 the ends swap.
    double const unit = 1 / std::log(10.0);
    double const widening = widening_of_few(3);
    Samples samples{{10, 100}, {{1, 1, 1}, {1, std::exp(3.0), 1}}};
    auto slope = slopes(cpu(), samples, key(5), {Statistic::geometric}, "loss")[0];
    CHECK(slope.slope == Approx(unit).epsilon(1e-12));
    CHECK(slope.lo == Approx(unit - widening * unit).epsilon(1e-9));
    CHECK(slope.hi == Approx(unit + 2 * widening * unit).epsilon(1e-9));
    samples.values[1][1] = std::exp(-3.0);
    slope = slopes(cpu(), samples, key(5), {Statistic::geometric}, "loss")[0];
    CHECK(slope.lo == Approx(-unit - 2 * widening * unit).epsilon(1e-9));
    CHECK(slope.hi == Approx(-unit + widening * unit).epsilon(1e-9));
}

TEST_CASE("intervals are the same every time and follow the key")
{
    std::mt19937_64 engine(3);
    auto const samples = lognormal({100, 1000, 10000}, 12, -0.5, 0.4, engine);
    auto const first = slopes(cpu(), samples, key(1), all_statistics, "loss");
    auto const again = slopes(cpu(), samples, key(1), all_statistics, "loss");
    auto const other = slopes(cpu(), samples, key(2), all_statistics, "loss");
    for (std::size_t s = 0; s < first.size(); ++s) {
        CHECK(first[s].lo == again[s].lo);
        CHECK(first[s].hi == again[s].hi);
        CHECK(first[s].lo != other[s].lo);
        CHECK(first[s].lo < first[s].slope);
        CHECK(first[s].hi > first[s].slope);
    }
    auto const alone = slopes(cpu(), samples, key(1), {Statistic::mean}, "loss")[0];
    CHECK(alone.lo == first[0].lo); // the draws do not depend on what is computed from them
}

TEST_CASE("the same draws serve all curves: a curve's multiple has the same interval")
{
    std::mt19937_64 engine(4);
    auto const samples = lognormal({100, 1000}, 10, -0.5, 0.5, engine);
    auto twice = samples;
    for (auto& values : twice.values)
        for (double& value : values)
            value *= 2;
    auto const a = slopes(cpu(), samples, key(1), {Statistic::mean}, "loss")[0];
    auto const b = slopes(cpu(), twice, key(1), {Statistic::mean}, "loss")[0];
    CHECK(a.lo == Approx(b.lo).epsilon(1e-12));
    CHECK(a.hi == Approx(b.hi).epsilon(1e-12));
}

TEST_CASE("95 % intervals of few and heavy-tailed replicates cover")
{
    // 300 studies of the mean of 10 replicates. At a true coverage of 0.95 the share has standard
    // deviation 0.013; percentiles widened by sqrt(R / (R - 1)) alone cover 0.90.
    std::mt19937_64 engine(11);
    int covered = 0;
    int const studies = 300;
    for (int study = 0; study < studies; ++study) {
        auto const samples = lognormal({1000, 3000, 10000, 30000, 100000}, 10, -0.4, 1, engine);
        auto const slope = slopes(cpu(), samples, key(static_cast<std::uint32_t>(study)),
                                  {Statistic::mean}, "loss")[0];
        covered += slope.lo <= -0.4 && -0.4 <= slope.hi ? 1 : 0;
    }
    CHECK(covered >= 0.93 * studies);
    CHECK(covered <= 0.98 * studies);
}

TEST_CASE("nested data: one draw of replicates for all n")
{
    // Each replicate has its own level at all n: whatever is drawn, every curve of levels is a
    // power law with the same exponent, so nested draws have no width. Separate draws have one.
    Samples samples{{100, 1000, 10000}, {{}, {}, {}}};
    for (std::size_t i = 0; i < 3; ++i)
        for (double const level : {1.0, 3.0, 10.0, 0.2})
            samples.values[i].push_back(level * std::pow(samples.n[i], -0.5));
    for (Slope const& slope : slopes(cpu(), samples, key(1, true), all_statistics, "loss")) {
        CHECK(slope.lo == Approx(-0.5).epsilon(1e-12));
        CHECK(slope.hi == Approx(-0.5).epsilon(1e-12));
    }
    auto const separate = slopes(cpu(), samples, key(1, false), {Statistic::mean}, "loss")[0];
    CHECK(separate.hi - separate.lo > 0.1);

    samples.values[1][2] =
        no_number; // a replicate that failed at one n stays in the draws of the others
    auto const gap = slopes(cpu(), samples, key(1, true), {Statistic::median}, "loss")[0];
    CHECK(gap.value[1] == Approx(std::pow(1000, -0.5)));
}

TEST_CASE("left-out values do not count")
{
    Samples const samples{{100, 10000}, {{no_number, 1, 1, no_number}, {0.1, no_number, 0.1, 0.1}}};
    auto const slope = slopes(cpu(), samples, key(1), {Statistic::mean}, "loss")[0];
    CHECK(slope.value[0] == 1);
    CHECK(slope.value[1] == Approx(0.1));
    CHECK(slope.slope == Approx(-0.5));
    CHECK(slope.lo == Approx(-0.5).epsilon(1e-12));
}

TEST_CASE("no slope or no interval has a reason")
{
    auto const one = [](Samples const& samples, Statistic statistic) {
        return slopes(cpu(), samples, key(1), {statistic}, "loss")[0];
    };
    Slope slope = one({{100, 1000}, {{1}, {0.5}}}, Statistic::mean);
    CHECK(slope.slope == Approx(std::log10(0.5)));
    CHECK(std::isnan(slope.lo));
    CHECK(std::isnan(slope.sd[0]));
    CHECK_THAT(slope.reason, Contains("one replicate"));

    slope = one({{100, 1000}, {{1, 2}, {0, 3}}}, Statistic::geometric);
    CHECK(std::isnan(slope.slope));
    CHECK_THAT(slope.reason, Contains("geometric mean") && Contains("n = 1000 is 0"));

    slope = one({{100, 1000}, {{1, 2}, {0, 3}}}, Statistic::mean); // a quarter of the draws is 0, 0
    CHECK(slope.slope == Approx(0).margin(1e-14));
    CHECK(std::isnan(slope.lo));
    CHECK_THAT(slope.reason, Contains("bootstrap draws"));

    slope = one({{100}, {{1, 2}}}, Statistic::mean);
    CHECK(std::isnan(slope.slope));
    CHECK_THAT(slope.reason, Contains("needs two"));

    slope = one({{100, 1000}, {{1, 2}, {no_number, no_number}}}, Statistic::mean);
    CHECK_THAT(slope.reason, Contains("n = 1000"));

    slope = one({{}, {}}, Statistic::mean);
    CHECK(std::isnan(slope.slope));
    CHECK_FALSE(slope.reason.empty());
}
