// Rates over several truths: the formula by hand, and that one truth's rows are left as they are.

#include "host/rates/interval.h"
#include "host/rates/truth_mean.h"
#include "host/rates/truths.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

/// A row of one truth whose slopes are all this one.
RateRow truth_row(double slope, double half, std::vector<double> value = {1.0, 0.5})
{
    RateRow row;
    row.study = "s";
    row.label = "fit";
    row.loss = "softmax.L1";
    row.target = "truth";
    row.n = {100, 1000};
    row.fits = {3, 3};
    row.failed = {1, 0};
    row.no_descent = {0, 2};
    row.box_share = {0.2, 0.0};
    row.n_over_sigma2 = {1e4, 1e5};
    row.replicates = 3;
    row.planned = 6;
    row.admissible_share = 0.5;
    Slope const one{value, {}, slope, slope - half, slope + half, ""};
    row.mean = row.median = row.trimmed = row.geometric = row.start = row.regression = one;
    row.expert = {one, one, one};
    row.response = {one, one};
    row.blocks = {{"gate.w", {one, one, "-0.25"}, {one, one, "-0.5"}}};
    row.mean.sd = {0.1, 0.1};
    return row;
}

} // namespace

TEST_CASE("the slope over truths is their mean, its interval knows of both sources")
{
    // Slopes -0.4, -0.5, -0.9: mean -0.6, B = (0.04 + 0.01 + 0.09) / 2 = 0.07. Within, intervals of
    // +-0.0196: W = 1e-4, which B exceeds. t(2) = 4.302653.
    auto const rows = over_truths(
        {{truth_row(-0.4, 0.0196)}, {truth_row(-0.5, 0.0196)}, {truth_row(-0.9, 0.0196)}}, "fit");
    REQUIRE(rows.size() == 1);
    double const half = 4.302653 * std::sqrt(0.07 / 3);
    CHECK(rows[0].mean.slope == Approx(-0.6).epsilon(1e-14));
    CHECK(rows[0].mean.hi == Approx(-0.6 + half).epsilon(1e-6)); // digits of t(2)
    CHECK(rows[0].mean.lo == Approx(-0.6 - half).epsilon(1e-6));
    REQUIRE(rows[0].truths);
    CHECK(rows[0].truths->spread == Approx(std::sqrt(0.07)).epsilon(1e-14));
    CHECK(rows[0].truths->each[2].slope == -0.9);
    BlockSlopes const& block = rows[0].blocks->at(0);
    CHECK(block.over.claim == "-0.25");
    for (Slope const* slope : {&rows[0].median, &rows[0].expert.over, &rows[0].response.gate,
                               &block.over.mean, &block.exact.median})
        CHECK(slope->slope == Approx(-0.6).epsilon(1e-14));
    CHECK(rows[0].failed == std::vector<int>{3, 0});
    CHECK(rows[0].no_descent == std::vector<int>{0, 6});
    CHECK(rows[0].fits == std::vector<int>{9, 9});
    CHECK(rows[0].planned == 18);
    CHECK(rows[0].replicates == 3);
    CHECK(rows[0].box_share[0] == Approx(0.2));
    CHECK(*rows[0].admissible_share == Approx(0.5));
}

TEST_CASE("truths that agree by chance do not make the interval shorter than replicates allow")
{
    // Both slopes -0.5, so B = 0; W = (0.196 / 1.959964)^2.
    auto const rows = over_truths({{truth_row(-0.5, 0.196)}, {truth_row(-0.5, 0.196)}}, "fit");
    double const half = 0.196 / std::sqrt(2.0);
    CHECK(rows[0].mean.hi - rows[0].mean.slope == Approx(half).epsilon(1e-12));
}

// Normal slopes of known spread. Truths that differ as the replicates do or more: Student's
// interval, which covers 95 %. Truths that do not differ: at least that, by intervals that are not
// several times too long, as those of t(T - 1) sqrt(W / T) were (always 100 %).
TEST_CASE("intervals over truths cover, and are not much too long where truths are alike")
{
    std::mt19937_64 draw(7);
    std::normal_distribution<double> normal;
    // Standard error of a share 0.0034 at 0.95; under sanitizers, which see as much in fewer, 0.02.
    constexpr int trials = sanitized ? 120 : 4000;
    constexpr double margin = sanitized ? 0.05 : 0;
    for (int const truths : {2, 3, 5, 10})
        for (double const tau : {0.0, 1.0, 4.0}) {
            int covered = 0, rejected = 0;
            double length = 0, longer = 0;
            for (int i = 0; i < trials; ++i) {
                std::vector<SlopeInterval> each;
                for (int t = 0; t < truths; ++t) {
                    double const slope = std::hypot(tau, 1.0) * normal(draw);
                    each.push_back({slope, slope - 1.959964, slope + 1.959964});
                }
                TruthMean const mean = truth_mean(each);
                SlopeInterval const interval = interval_of(mean);
                bool const inside = interval.lo <= 0 && interval.hi >= 0;
                covered += inside ? 1 : 0;
                rejected += p_of(mean) < 0.05 ? 1 : 0;
                length += (interval.hi - interval.lo) / trials;
                longer += 2 * student_quantile(mean.freedom) *
                          std::fmax(mean.deviation, mean.within) / trials;
            }
            INFO(truths << " truths, tau " << tau << ", covered " << covered);
            CHECK(covered >= (0.94 - margin) * trials);
            CHECK(covered <= (tau > 0 ? 0.99 : 0.998) * trials + margin * trials);
            CHECK(std::abs(trials - covered - rejected) <= 2); // p and interval say the same
            CHECK(length <= (tau == 0 ? 0.96 + margin : 1.0) * longer);
        }
}

TEST_CASE("values over truths are geometric means, through which the line of the slope goes")
{
    auto const rows =
        over_truths({{truth_row(-0.3, 0.1, {1.0, 0.5})}, {truth_row(-0.5, 0.1, {4.0, 0.5})}}, "f");
    CHECK(rows[0].mean.value[0] == Approx(2.0).epsilon(1e-14));
    CHECK(rows[0].mean.value[1] == Approx(0.5).epsilon(1e-14));
    // relative deviations 0.1 and 0.025
    CHECK(rows[0].mean.sd[0] == Approx(2.0 * std::sqrt((0.01 + 0.000625) / 2)).epsilon(1e-14));
    CHECK(rows[0].median.sd.empty());
}

TEST_CASE("levels and windows over truths follow the rules of values and slopes")
{
    RateRow one = truth_row(-0.4, 0.1), two = truth_row(-0.6, 0.1);
    one.levels = {{100, 3, 1.0, 0.1, 0.5, 0.2, 0.02, 3, 1, 0, 0.5, std::nullopt}};
    two.levels = {{100, 4, 4.0, 0.4, 2.0, 0.8, 0.08, 4, 0, 2, 1.0, std::nullopt}};
    one.windows = {{100, {-0.4, -0.42, -0.38}, {-0.3, -0.32, -0.28}}};
    two.windows = {{100, {-0.6, -0.62, -0.58}, {-0.3, -0.32, -0.28}}};
    one.influences = {{100, 1, 1.0, -0.5, 0.1}};
    RateRow const all = over_truths({{one}, {two}}, "fit")[0];
    REQUIRE(all.levels.size() == 1);
    CurveLevel const& at = all.levels[0];
    CHECK(at.mean == Approx(2.0).epsilon(1e-14));
    CHECK(at.error == Approx(2.0 * std::sqrt(0.02) / 2).epsilon(1e-14)); // 10 % of each
    CHECK(at.median == Approx(1.0).epsilon(1e-14));
    CHECK(at.regression == Approx(0.4).epsilon(1e-14));
    CHECK(at.replicates == 7);
    CHECK(at.failed == 1);
    CHECK(at.no_descent == 2);
    CHECK(*at.admissible == Approx(0.75));
    REQUIRE(all.windows.size() == 1);
    CHECK(all.windows[0].mean.slope == Approx(-0.5).epsilon(1e-14));
    // B = 0.02 exceeds what the replicates leave open; t(1) = 12.706205
    CHECK(all.windows[0].mean.hi == Approx(-0.5 + 12.706205 * 0.1).epsilon(1e-6));
    CHECK(all.influences.empty());
}

TEST_CASE("what is wrong with one truth is said of all, with its number")
{
    RateRow bad = truth_row(std::numeric_limits<double>::quiet_NaN(), 0.1);
    bad.mean.reason = "no fits";
    bad.reasons = {{"box", "40 % of fits on the box", {{"n", 100}}}};
    bad.mean.reasons = {{"grows", "the slope is above 0", nlohmann::ordered_json::object()}};
    RateRow good = truth_row(-0.5, 0.1);
    auto const rows = over_truths({{good}, {bad}}, "fit");
    CHECK(std::isnan(rows[0].mean.slope));
    CHECK(std::isnan(rows[0].mean.hi));
    CHECK(rows[0].mean.reason == "truth 2: no fits");
    CHECK(rows[0].bracketed == "in 1 of 2 truths, as in truth 2: 40 % of fits on the box; in 1 of "
                               "2 truths, as in truth 2: the slope is above 0");
    auto const both = over_truths({{bad}, {bad}}, "fit");
    REQUIRE(both[0].reasons.size() == 1);
    CHECK(both[0].reasons[0].code == "box");
    CHECK(both[0].reasons[0].text == "in 2 of 2 truths, as in truth 1: 40 % of fits on the box");
    CHECK(both[0].reasons[0].numbers["truths"][1] ==
          nlohmann::ordered_json{{"n", 100}, {"truth", 2}});
    RateRow shorter = good;
    shorter.mean.value = {1.0};
    CHECK_THAT(over_truths({{good}, {shorter}}, "fit")[0].mean.reason, Contains("different n"));
}

TEST_CASE("truths with as many but other n have no slope, and counts of each n", "[rates]")
{
    RateRow const first = truth_row(-0.5, 0.1);
    RateRow other = first;
    other.n = {1000, 10000};
    other.fits = {5, 7};
    RateRow const all = over_truths({{first}, {other}}, "fit")[0];
    CHECK_THAT(all.mean.reason, Contains("different n"));
    CHECK_THAT(all.expert.over.reason, Contains("different n"));
    CHECK(std::isnan(all.mean.slope));
    CHECK(std::isnan(all.mean.value[0]));
    CHECK(all.levels.empty());
    CHECK(all.n == std::vector<int>{100, 1000});
    CHECK(all.fits == std::vector<int>{first.fits[0], first.fits[1] + 5});
}

TEST_CASE("the table has a block of truths where there are several, one truth is as it was")
{
    auto const one = over_truths({{truth_row(-0.5, 0.1)}}, "other");
    CHECK(one[0].label == "fit");
    CHECK_FALSE(one[0].truths);
    CHECK(truths_block(one, NameColumns(one)).empty());
    CHECK_THAT(rates_table(one), Contains("one drawn truth"));
    auto const rows = over_truths({{truth_row(-0.4, 0.1)}, {truth_row(-0.6, 0.1)}}, "fit");
    std::string const table = rates_table(rows);
    CHECK_THAT(table, Contains("spread  truth 1  truth 2") && Contains("0.141   -0.400   -0.600") &&
                          Contains("means of those within each") && !Contains("one drawn truth"));
    // Beside a study of one truth, whose rows the block leaves out, and with swept keys as columns.
    auto mixed = rows;
    mixed[0].swept = {{"estimator.batch", 32}};
    mixed[0].fit = "fit";
    mixed[0].label = "fit [estimator.batch=32]";
    mixed.push_back(one[0]);
    mixed[1].study = "other";
    CHECK_THAT(truths_block(mixed, NameColumns(mixed)),
               Contains("study  label  estimator.batch  loss ") && Contains("s      fit    32 ") &&
                   !Contains("other"));
    auto const json = rates_to_json(rows)["rows"][0]["truths"];
    CHECK(json["count"] == 2);
    CHECK(json["slopes"][1]["slope"] == -0.6);
    CHECK(rates_to_json(one)["rows"][0]["truths"].is_null());
}
