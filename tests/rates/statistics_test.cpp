#include "host/rates/rates.h"
#include "host/rates/resample.h"
#include "kernels/rates/quantile.h"
#include "tests/rates/cpu.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace moerate;

namespace
{

constexpr double inf = std::numeric_limits<double>::infinity();

Summary summary_of(std::vector<double> const& values)
{
    return Resampler(cpu(), {{1}, {values}}, {}).summaries().front();
}

double of(Statistic statistic, std::vector<double> const& values)
{
    return summary_of(values).statistics.of[static_cast<int>(statistic)];
}

double standard_deviation(std::vector<double> const& values)
{
    return summary_of(values).sd;
}

} // namespace

TEST_CASE("statistics of hand-sized samples")
{
    CHECK(of(Statistic::mean, {1, 2, 6}) == 3);
    CHECK(of(Statistic::median, {6, 1, 2}) == 2);
    CHECK(of(Statistic::median, {6, 1, 2, 4}) == 3);
    CHECK(of(Statistic::median, {5, 5, 1, 5}) == 5); // ties
    CHECK(of(Statistic::geometric, {1, 2, 4}) == Approx(2).epsilon(1e-15));
    CHECK(of(Statistic::geometric, {0, 2, 4}) == 0);
    CHECK(std::isnan(of(Statistic::geometric, {-1, 2})));
    for (auto const statistic :
         {Statistic::mean, Statistic::median, Statistic::trimmed, Statistic::geometric})
    {
        CHECK(of(statistic, {0.7}) == Approx(0.7).epsilon(1e-15)); // exp(log v): one rounding each
        CHECK(std::isnan(of(statistic, {})));
    }
}

TEST_CASE("the trimmed mean drops floor(0.05 R) values at each end")
{
    std::vector<double> values(19, 1.0);
    values[7] = 20; // 19 values: none dropped
    CHECK(of(Statistic::trimmed, values) == Approx(38.0 / 19).epsilon(1e-15));
    values.push_back(-50); // 20 values: 20 and -50 are dropped
    CHECK(of(Statistic::trimmed, values) == 1);
    std::vector<double> many(41, 2.0); // two at each end
    many[0] = many[40] = 1e9;
    many[1] = many[20] = -1e9;
    CHECK(of(Statistic::trimmed, many) == 2);
    many[3] = 1e9; // a third one stays: 36 twos and 1e9
    CHECK(of(Statistic::trimmed, many) == Approx((36 * 2 + 1e9) / 37).epsilon(1e-12));
}

TEST_CASE("standard deviation has R - 1")
{
    CHECK(standard_deviation({1, 2, 3, 4}) == Approx(std::sqrt(5.0 / 3)).epsilon(1e-15));
    CHECK(std::isnan(standard_deviation({3})));
    CHECK(std::isnan(standard_deviation({})));
}

TEST_CASE("quantiles are linear between order statistics")
{
    double const three[] = {1, 2, 4};
    CHECK(quantile(three, 3, 0) == 1);
    CHECK(quantile(three, 3, 1) == 4);
    CHECK(quantile(three, 3, 0.5) == 2);
    CHECK(quantile(three, 3, 0.75) == 3);
    CHECK(quantile(three, 1, 0.3) == 1);
    // Positions 0.1, 1, 2, 3 and 3.9 of 0, 10, 20, 30, 40.
    Summary const summary = summary_of({30, 0, 20, 40, 10});
    double const want[] = {1, 10, 20, 30, 39};
    for (int q = 0; q < summary_quantiles; ++q)
        CHECK(summary.quantile[q] == Approx(want[q]).epsilon(1e-14));
    CHECK(std::isnan(summary_of({}).quantile[2]));
}

TEST_CASE("inf values: what they leave finite stays so")
{
    std::vector<double> values(20, 3.0);
    values[4] = inf;
    CHECK(of(Statistic::mean, values) == inf);
    CHECK(of(Statistic::median, values) == 3);
    CHECK(of(Statistic::trimmed, values) == 3);
    CHECK(of(Statistic::geometric, values) == inf);
}

TEST_CASE("an exact power law gives its exponent")
{
    std::vector<int> const n{1000, 1668, 2783, 10000, 99999};
    for (double const exponent : {-0.5, -0.25, 0.0, 1.3}) {
        std::vector<double> value;
        for (int const size : n)
            value.push_back(3.7 * std::pow(size, exponent));
        // Rounding: a few ulp of log values up to 15 over a spread of log n of about 4.
        CHECK(log_slope(n, value) == Approx(exponent).margin(1e-14));
    }
}

TEST_CASE("least squares slope of three points by hand")
{
    // x = 0, 1, 2 in units of log 10, y = 0, 1, 1 in the same units: slope (1*1 - (-1)*0) / 2 =
    // 1/2.
    CHECK(log_slope({1, 10, 100}, {1, 10, 10}) == Approx(0.5).epsilon(1e-14));
}

TEST_CASE("no slope from less than two n, or values without a logarithm")
{
    double const infinity = std::numeric_limits<double>::infinity();
    CHECK(std::isnan(log_slope({}, {})));
    CHECK(std::isnan(log_slope({1000}, {1})));
    CHECK(std::isnan(log_slope({1000, 1000}, {1, 2})));
    CHECK(std::isnan(log_slope({10, 100}, {1, 0})));
    CHECK(std::isnan(log_slope({10, 100}, {1, -1})));
    CHECK(std::isnan(log_slope({10, 100}, {1, std::nan("")})));
    CHECK(std::isnan(log_slope({10, 100}, {1, infinity})));
}
