// Differences of slopes over several truths: on made-up fits.

#include "host/rates/precision.h"
#include "host/rates/statistics.h"
#include "host/rates/truth_mean.h"
#include "tests/rates/compare_case.h"
#include "tests/rates/cpu.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

TEST_CASE("curves of further truths are compared, too")
{
    ComparedResults const results(
        {"study.n=[200, 800, 3200]", "study.replicates=20", "study.truths=3"}, 1);
    auto const rows = rates(results.store, results.study);
    auto const all = compare(cpu(), {results.curve(2), results.curve(4)}, {{0, 1}}, rows);
    CHECK(of(all, "regression error").a.label == "softmax [truth 2]");
    CHECK(of(all, "regression error").a.bracketed); // none is admissible
    CHECK(of(all, "regression error").a.truths == 1);
}

TEST_CASE("over truths a paired difference is the mean of those within each")
{
    ComparedResults const results(
        {"study.n=[200, 800, 3200]", "study.replicates=20", "study.truths=3"}, 1);
    auto const rows = rates(results.store, results.study);
    auto const all = compare(
        cpu(), {results.over_truths("softmax"), results.over_truths("sigmoid")}, {{0, 1}}, rows);
    Comparison const& error = of(all, "regression error");
    CHECK(error.paired);
    CHECK(error.a.truths == 3);
    CHECK(error.a.slope.slope == Approx(rows[0].regression.slope).epsilon(1e-14));
    CHECK(error.a.slope.hi == Approx(rows[0].regression.hi).epsilon(1e-14));
    CHECK(error.a.bracketed);
    // -0.1, -0.2, -0.3 without doubt within a truth: mean -0.2, B = 0.01, t(2) = 4.302653.
    double const half = 4.302653 * std::sqrt(0.01 / 3);
    CHECK(error.difference.slope == Approx(-0.2));
    CHECK(error.difference.hi == Approx(-0.2 + half).epsilon(1e-5));
    CHECK(error.difference.lo == Approx(-0.2 - half).epsilon(1e-5));
    // t = 0.2 / sqrt(0.01 / 3) = sqrt(12); of two degrees the tail is 1 - t / sqrt(t^2 + 2).
    CHECK(error.p == Approx(1 - std::sqrt(12.0 / 14)).epsilon(1e-4));
    REQUIRE(error.within.size() == 3);
    CHECK(error.within[2].truth == 3);
    CHECK(error.within[2].difference.slope == Approx(-0.3));
    CHECK(spread_of(error) == Approx(0.1));
    CHECK(error.ratio.slope == Approx(std::pow(3200, -0.2)));
    CHECK_THAT(comparison_table(all), Contains("spread  truth 1  truth 2  truth 3") &&
                                          Contains("0.100   -0.100   -0.200   -0.300"));
    auto const json = comparisons_json(all)["comparisons"][0];
    CHECK(json["a"]["truths"] == 3);
    CHECK(json["truths"]["count"] == 3);
    CHECK(json["truths"]["differences"][1]["slope"].get<double>() == Approx(-0.2));
}

TEST_CASE("of studies with other truths those are paired that both have")
{
    std::vector<std::string> settings{"study.n=[200, 800, 3200]", "study.replicates=20",
                                      "study.truths=3"};
    ComparedResults const three(settings, 1);
    settings.back() = "study.truths=2";
    settings.push_back("study.id=\"b\"");
    ComparedResults const two(settings, 1); // the same made-up replicates
    settings.push_back("study.seed=8");
    ComparedResults const other(settings, 2);
    auto const all =
        compare(cpu(), {three.over_truths("softmax"), two.over_truths("softmax")}, {{0, 1}}, {});
    Comparison const& loss = of(all, "softmax.L1");
    CHECK(loss.paired);
    CHECK(loss.a.truths == 2);
    CHECK(loss.difference.slope == Approx(0).margin(1e-12));
    REQUIRE(loss.within.size() == 2);
    // Truths that have nothing in common: Welch's interval of two independent means.
    auto const apart =
        compare(cpu(), {three.over_truths("softmax"), other.over_truths("softmax")}, {{0, 1}}, {});
    Comparison const& unpaired = of(apart, "softmax.L1");
    CHECK_FALSE(unpaired.paired);
    CHECK(unpaired.a.truths == 3);
    CHECK(unpaired.b.truths == 2);
    CHECK(unpaired.within.empty());
    CHECK(unpaired.difference.slope == Approx(unpaired.a.slope.slope - unpaired.b.slope.slope));
    CHECK(comparisons_json(apart)["comparisons"][0]["truths"].is_null());
    // One truth against another study's three: its own replicates alone vary it.
    auto const single =
        compare(cpu(), {three.over_truths("softmax"), other.curve(0)}, {{0, 1}}, {});
    CHECK_FALSE(of(single, "softmax.L1").paired);
    CHECK(of(single, "softmax.L1").difference.hi > of(single, "softmax.L1").difference.lo);
    CHECK_THAT(comparison_table(single), Contains("3 | 1") && Contains("says nothing about other"));
}

TEST_CASE("a mean over truths and a difference of two by hand")
{
    // Values 0 and 0.4 without doubt: B = 0.08, deviation sqrt(0.04) = 0.2, one degree of freedom.
    TruthMean const a = truth_mean({{0, 0, 0}, {0.4, 0.4, 0.4}});
    CHECK(a.value == Approx(0.2));
    CHECK(a.deviation == Approx(0.2));
    CHECK(a.freedom == 1);
    CHECK(p_of(a) == Approx(0.5).epsilon(1e-4)); // t = 1: two tails of Cauchy's distribution
    // Welch: (0.04 + 0.09)^2 / (0.04^2 / 1 + 0.09^2 / 3) = 0.0169 / 0.0043.
    TruthMean const apart = independent_difference(a, {0.5, 0.3, 3, 0.1});
    CHECK(apart.value == Approx(-0.3));
    CHECK(apart.deviation == Approx(std::sqrt(0.13)));
    CHECK(apart.freedom == Approx(0.0169 / 0.0043));
    CHECK(apart.within == 0.1);
    // The larger of two sources: 1.96 within exceeds t(3) deviation.
    TruthMean const alike{0.5, 0.01, 3, 0.2};
    CHECK(interval_of(alike).hi == Approx(0.5 + 1.959964 * 0.2));
    CHECK(p_of(alike) == Approx(0.01242).epsilon(1e-3)); // two tails of 2.5
    CHECK(p_of(TruthMean{0.1, 0.1, 2, no_number}) == 1);
    CHECK(std::isnan(interval_of(TruthMean{0.1, 0.1, 2, no_number}).lo));
}

TEST_CASE("of one replicate a truth the truths' slopes make the interval")
{
    // 0 and 0.4 as above, but nothing is known of what replicates vary: B has it, too.
    TruthMean const a =
        truth_mean({{0, no_number, no_number, true}, {0.4, no_number, no_number, true}});
    CHECK(a.deviation == Approx(0.2));
    CHECK(a.within == 0);
    CHECK(interval_of(a).hi == Approx(0.2 + 12.706205 * 0.2).epsilon(1e-6));
    CHECK(p_of(a) == Approx(0.5).epsilon(1e-4));
    // With one truth of more replicates: what is known of them is the least of what they vary.
    TruthMean const b = truth_mean({{0, no_number, no_number, true}, {0.4, 0.3, 0.5}});
    CHECK(b.within == Approx(0.1 / 1.959964 / 2));
    // Nothing is known where all agree, and where draws were lost.
    CHECK(p_of(truth_mean(
              {{0.1, no_number, no_number, true}, {0.1, no_number, no_number, true}})) == 1);
    CHECK(std::isnan(truth_mean({{0, no_number, no_number}, {0.4, no_number, no_number}}).within));

    std::vector<std::string> settings = more;
    settings.insert(settings.end(), {"study.replicates=1", "study.truths=5"});
    ComparedResults const results(settings, 1);
    auto const rows = rates(results.store, results.study);
    double mean = 0, between = 0;
    for (Slope const& one : rows[0].truths->each) {
        CHECK(std::isnan(one.lo));
        mean += one.slope / 5;
    }
    for (Slope const& one : rows[0].truths->each)
        between += std::pow(one.slope - mean, 2) / 4;
    double const half = 2.776445 * std::sqrt(between / 5); // t(4)
    CHECK(rows[0].mean.slope == Approx(mean));
    CHECK(rows[0].mean.lo == Approx(mean - half).epsilon(1e-5));
    CHECK(rows[0].mean.hi == Approx(mean + half).epsilon(1e-5));
    CHECK_THAT(rows[0].mean.reason, Contains("one replicate a truth (the interval goes by"));
    CHECK(precision_of(rows, 0.02)[0].single);               // a second one would narrow it
    CHECK_FALSE(precision_of(rows, 10)[0].single);
    // The fits differ by n^(0.1 t) under truth t: differences -0.1 t, mean -0.3, B = 0.025.
    auto const all = compare(
        cpu(), {results.over_truths("softmax"), results.over_truths("sigmoid")}, {{0, 1}}, rows);
    Comparison const& error = of(all, "regression error");
    CHECK(error.paired);
    CHECK(error.difference.slope == Approx(-0.3));
    CHECK(error.difference.hi == Approx(-0.3 + 2.776445 * std::sqrt(0.005)).epsilon(1e-5));
    CHECK(error.p == Approx(0.013236).epsilon(1e-3)); // t(4) = 4.2426
    CHECK(error.holm == error.p);
    CHECK(error.ratio.hi > error.ratio.slope);
    CHECK(error.a.slope.lo == Approx(rows[0].regression.lo).epsilon(1e-12));
}
