// What widens an interval: by hand, against tables, and against what it estimates.

#include "host/rates/interval.h"
#include "host/rates/resample.h"
#include "tests/rates/awkward.h"
#include "tests/rates/cpu.h"
#include "tests/rates/naive.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace moerate;

namespace
{

std::vector<double> normal_values(int replicates, std::mt19937_64& engine)
{
    std::normal_distribution<double> normal;
    std::vector<double> values;
    for (int r = 0; r < replicates; ++r)
        values.push_back(normal(engine));
    return values;
}

double variance(std::vector<double> const& values)
{
    return std::pow(naive::standard_deviation(values), 2);
}

/// Variance of a statistic of draws, mean over some normal samples.
double variance_of_draws(Statistic statistic, int replicates)
{
    std::mt19937_64 engine(17);
    std::vector<double> variances;
    for (std::uint32_t sample = 0; sample < (sanitized ? 100 : 1000); ++sample) {
        Resampler const resampler(cpu(), {{1}, {normal_values(replicates, engine)}},
                                  resampling_of(sample, false));
        std::vector<double> values;
        for (Statistics const& drawn : resampler.draw(200))
            values.push_back(drawn.of[static_cast<int>(statistic)]);
        variances.push_back(variance(values));
    }
    return naive::mean(variances);
}

/// Variance of a statistic of normal samples.
double variance_of_samples(Statistic statistic, int replicates)
{
    std::mt19937_64 engine(18);
    std::vector<double> values;
    for (int sample = 0; sample < (sanitized ? 1000 : 10000); ++sample)
        values.push_back(naive::statistic_of(statistic, normal_values(replicates, engine)));
    return variance(values);
}

} // namespace

TEST_CASE("Student's quantile is that of tables")
{
    double const table[][2] = {{1, 12.7062047362},  {1.5, 6.0166631080}, {2, 4.3026527297},
                               {5, 2.5705818356},   {18, 2.1009220402},  {30, 2.0422724563},
                               {1e6, 1.9599663568}, {1e9, 1.9599639845}};
    for (auto const& [freedom, quantile] : table)
        CHECK(student_quantile(freedom) == Approx(quantile).epsilon(1e-8));
}

TEST_CASE("Student's tail is that of tables, and of closed forms where there are some")
{
    double const table[][2] = {{1, 12.7062047362},  {1.5, 6.0166631080}, {2, 4.3026527297},
                               {5, 2.5705818356},   {30, 2.0422724563},  {199, 1.9719565443},
                               {200, 1.9718962236}, {1e9, 1.9599639845}};
    for (auto const& [freedom, quantile] : table)
        CHECK(student_tail(-quantile, freedom) == Approx(0.05).epsilon(1e-4));
    CHECK(student_tail(0, 3) == Approx(1));
    CHECK(student_tail(1e6, 1) == Approx(2 / (std::acos(-1.0) * 1e6)).epsilon(1e-4)); // Cauchy's
    CHECK(student_tail(50, 2) == Approx(1 - 50 / std::sqrt(2502.0)).epsilon(1e-4));
}

TEST_CASE("degrees of freedom of a mean's variance by hand")
{
    // Four values at -+1: excess kurtosis -2, below the normal one's, counts as none.
    auto estimate = variance_estimate(Statistic::mean, {-1, 1, -1, 1});
    CHECK(estimate.factor == Approx(4.0 / 3));
    CHECK(estimate.freedom == Approx(3));
    // 0, 0, 0, 4: second and fourth moment 3 and 21, excess 21/9 - 3 = -2/3, unbiased
    // (5 (-2/3) + 6) 3 / (2 1) = 4; relative variance 2/3 + 4/4.
    estimate = variance_estimate(Statistic::geometric, {0, 0, 0, 4});
    CHECK(estimate.factor == Approx(4.0 / 3));
    CHECK(estimate.freedom == Approx(1.2));
    // Fewer have no kurtosis, and equal values neither.
    CHECK(variance_estimate(Statistic::mean, {0, 0, 4}).freedom == Approx(2));
    CHECK(variance_estimate(Statistic::mean, {2, 2, 2, 2, 2}).freedom == Approx(4));
}

TEST_CASE("draws vary more or less than the statistic by the factor")
{
    // Both variances are known to 2 %; under sanitizers, of a tenth of the samples, to 6 %. The
    // trimmed mean drops a value from 20 on.
    auto const check = [](Statistic statistic, int replicates, double factor) {
        CAPTURE(statistic_name(statistic), replicates);
        std::vector<double> const any(static_cast<std::size_t>(replicates));
        VarianceEstimate const estimate = variance_estimate(statistic, any);
        CHECK(estimate.factor == Approx(factor).epsilon(0.005));
        CHECK(variance_of_draws(statistic, replicates) * estimate.factor ==
              Approx(variance_of_samples(statistic, replicates)).epsilon(sanitized ? 0.16 : 0.05));
    };
    check(Statistic::median, 2, 2); // the mean of the two
    check(Statistic::median, 21, 0.840);
    check(Statistic::median, 80, 0.899);
    check(Statistic::mean, 8, 8.0 / 7);
    check(Statistic::trimmed, 8, 8.0 / 7);
    check(Statistic::trimmed, 20, 1);
    CHECK(variance_estimate(Statistic::median, {0, 4}).freedom == 1);
    CHECK(widening({{1, variance_estimate(Statistic::median, std::vector<double>(21))}}) ==
          Approx(std::sqrt(0.840)).epsilon(0.001));
}

TEST_CASE("influences are what a further copy of a value does")
{
    // A thousand copies of each value, and one more of one.
    std::vector<double> const values{0.2, 0.5, 0.5, 1, 3, 20};
    std::vector<double> copies;
    for (double const value : values)
        copies.insert(copies.end(), 1000, value);
    for (Statistic const statistic : {Statistic::mean, Statistic::geometric}) {
        CAPTURE(statistic_name(statistic));
        auto const influence = influences(statistic, values);
        double const before = std::log(naive::statistic_of(statistic, copies));
        for (std::size_t r = 0; r < values.size(); ++r) {
            copies.push_back(values[r]);
            double const change = std::log(naive::statistic_of(statistic, copies)) - before;
            copies.pop_back();
            CHECK(influence[r] == Approx(6000 * change).epsilon(0.001).margin(0.001));
        }
    }
    CHECK(influences(Statistic::median, values) == std::vector<double>(6, 0.0));
    CHECK(influences(Statistic::mean, {}).empty());
}

TEST_CASE("influences on a trimmed mean by hand")
{
    // Of 20 values 0 and 100 are dropped and count as 1 and 3. The mean of the others is 2, and
    // they are 18 of 20: (1 - 2) / (2 18/20).
    std::vector<double> values(20, 1.0);
    std::fill(values.begin() + 10, values.end(), 3.0);
    values[0] = 0;
    values[19] = 100;
    auto const influence = influences(Statistic::trimmed, values);
    for (std::size_t r = 0; r < 20; ++r)
        CHECK(influence[r] == Approx((r < 10 ? -1 : 1) / 1.8));
}

TEST_CASE("parts widen together")
{
    // Two alike: twice the degrees of freedom, t_18 = 2.1009; one that does not vary does not
    // count.
    VarianceEstimate const ten{10.0 / 9, 9};
    double const alike = std::sqrt(10.0 / 9) * 2.1009220402 / 1.9599639845;
    CHECK(widening({{0.3, ten}, {0.3, ten}}) == Approx(alike).epsilon(1e-8));
    CHECK(widening({{0.3, ten}, {0, {2, 1}}, {0.3, ten}}) == Approx(alike).epsilon(1e-8));
    // Draws that vary twice as much as the statistic: variance 1 of 2, t_1e6.
    CHECK(widening({{2, {0.5, 1e6}}}) == Approx(std::sqrt(0.5)).epsilon(1e-5));
    CHECK(widening({{0, ten}}) == 1);
}
