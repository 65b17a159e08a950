// Differences of slopes between curves, on made-up fits.

#include "host/rates/statistics.h"
#include "tests/rates/compare_case.h"
#include "tests/rates/cpu.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

TEST_CASE("curves of one study are paired, and losses of different gates are not compared")
{
    ComparedResults const results(more, 1);
    auto const rows = rates(results.store, results.study);
    auto const all = compare(cpu(), {results.curve(0), results.curve(1)}, {{0, 1}}, rows);
    Comparison const& error = of(all, "regression error");
    CHECK(all[0].quantity == "regression error");
    CHECK(error.paired);
    CHECK(error.a.n == std::vector<int>{200, 800, 3200});
    CHECK(error.a.replicates == 20);
    CHECK(error.a.slope.slope == rows[0].regression.slope);
    CHECK(error.a.bracketed); // none is admissible
    // The fits differ by n^0.1 exactly: no doubt about the difference.
    CHECK(error.difference.slope == Approx(-0.1));
    CHECK(error.difference.hi - error.difference.lo < 1e-9);
    CHECK(error.p < 1e-6);
    CHECK(error.ratio_n == 3200);
    CHECK(error.ratio.slope == Approx(std::pow(3200, -0.1)));
    Comparison const& loss = of(all, "loss");
    CHECK_THAT(loss.not_comparable, Contains("different gates"));
    CHECK(std::isnan(loss.p));
    std::string const table = comparison_table(all);
    CHECK_THAT(table, Contains("not comparable softmax.L1, softmax.L2r r=1 | sigmoid.D3") &&
                          Contains("paired: both curves have the same x, noise"));
    auto const json = comparisons_json(all)["comparisons"];
    CHECK(json[0]["paired"] == true);
    CHECK(json[0]["difference"]["slope"].get<double>() == Approx(-0.1));
    CHECK(json.back()["comparable"] == false);
}

TEST_CASE("studies with one stream are paired over what both have, others are not")
{
    ComparedResults const a(more, 1);
    // The same seed and truth, so the same data: made-up numbers alike, other n and replicates.
    ComparedResults const same(
        {"study.n=[200, 800, 3200, 12800]", "study.replicates=20", "study.id=\"b\""}, 1);
    ComparedResults const other(
        {"study.n=[200, 800, 3200]", "study.replicates=20", "study.seed=8", "study.id=\"c\""}, 2);
    auto rows = rates(a.store, a.study);
    for (ComparedResults const* one : {&same, &other})
        for (RateRow const& row : rates(one->store, one->study))
            rows.push_back(row);
    auto const paired = compare(cpu(), {a.curve(0), same.curve(0)}, {{0, 1}}, rows);
    Comparison const& one = of(paired, "softmax.L1");
    CHECK(one.paired);
    CHECK(one.b.n == std::vector<int>{200, 800, 3200}); // 12800 is b's alone
    CHECK(one.difference.slope == Approx(0).margin(1e-12));
    auto const apart = compare(cpu(), {a.curve(0), other.curve(0)}, {{0, 1}}, rows);
    Comparison const& two = of(apart, "softmax.L1");
    CHECK_FALSE(two.paired);
    double const own = rows[0].mean.hi - rows[0].mean.lo;
    // Two intervals in one, sqrt(2); with a sanitizer's few draws their ends are less sure.
    CHECK(two.difference.hi - two.difference.lo > (sanitized ? 1.0 : 1.2) * own);
    CHECK(two.difference.hi - two.difference.lo < 1.8 * own);
    CHECK(two.p > 0.001);
    CHECK_THAT(comparison_table(apart), Contains("unpaired") && Contains("c: softmax"));
}

TEST_CASE("a slope is bracketed by the row of its own target")
{
    std::vector<std::string> settings = more;
    settings.emplace_back("fit.sigmoid.experts=4");
    for (char const* label : {"softmax", "sigmoid"})
        for (char const* set : {".gate.normalizer=\"sigmoid\"", ".loss=\"sigmoid.D3\"",
                                ".target=[\"truth\", \"projection\"]"})
            settings.push_back(std::string("fit.") + label + set);
    ComparedResults const results(settings, 1);
    auto rows = rates(results.store, results.study);
    REQUIRE(rows.size() == 4);
    for (char const* target : {"truth", "projection"}) {
        for (RateRow& row : rows)
            row.bracketed =
                row.target == target ? std::optional<std::string>("its start") : std::nullopt;
        auto const all = compare(cpu(), {results.curve(0), results.curve(1)}, {{0, 1}}, rows);
        bool const truth = target == std::string("truth");
        Comparison const &one = of(all, "sigmoid.D3"), &other = of(all, "sigmoid.D3 to projection");
        CHECK((one.a.bracketed && one.b.bracketed) == truth);
        CHECK((other.a.bracketed || other.b.bracketed) != truth);
        auto const json = comparisons_json({other})["comparisons"][0]["a"];
        CHECK(json["loss"] == "sigmoid.D3");
        CHECK(json["target"] == "projection");
    }
}

TEST_CASE("Holm's correction by hand")
{
    // 0.01 times 4, 0.02 times 3, 0.03 times 2 is less than that, 0.5.
    CHECK(holm({0.03, 0.01, 0.5, 0.02}) == std::vector<double>{0.06, 0.04, 0.5, 0.06});
    CHECK(holm({0.6, 0.7}) == std::vector<double>{1, 1});
    CHECK(holm({}).empty());
}

TEST_CASE("a reason without a slope stands once, with its pairs, and large ratios are short")
{
    Comparison one;
    one.quantity = "regression error";
    one.not_comparable = "no slope of A: one n";
    one.a.label = "A";
    one.b.label = "B";
    Comparison two = one, loss = one, large;
    two.b.label = "C";
    loss.quantity = "softmax.L1";
    loss.a.loss = loss.b.loss = "softmax.L1";
    large.quantity = "softmax.L1";
    large.difference = {-0.5, -0.6, -0.4};
    large.ratio = {1869598736344541.0, 2e-9, 12345.6789};
    large.ratio_n = 100;
    std::string const table = comparison_table({one, two, loss, large});
    CHECK_THAT(table, Contains("none regression error A | B; A | C: no slope of A: one n.") &&
                          Contains("none softmax.L1 A | B: no slope of A: one n.") &&
                          Contains("1.87e+15 [2e-09, 12345.679]"));
}
