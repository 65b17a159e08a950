// Differences of slopes between curves, and the replicates that a width needs: on made-up fits.

#include "host/rates/compare.h"
#include "host/rates/precision.h"
#include "host/rates/statistics.h"
#include "host/rates/truth_mean.h"
#include "tests/rates/cpu.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// A store of a tiny study: log-normal replicates times n^-1/2; the fits of "sigmoid" are those of
/// "softmax" times n^(0.1 t), t the number of their truth. `seed` is of the made-up replicates,
/// which are others under each truth.
struct Results
{
    TempFolder folder;
    Study study;
    Store store;

    Results(std::vector<std::string> const& settings, unsigned seed)
        : study(tiny_study(settings)), store(Store::create(folder.path(), study))
    {
        add_cells(store, study);
        std::mt19937_64 engine(seed);
        std::lognormal_distribution<double> value(0.0, 0.5);
        std::vector<FitRow> fits;
        for (int truth = 1; truth <= study.truths; ++truth)
            for (int const n : study.n)
                for (int r = 0; r < study.replicates; ++r) {
                    double const v = value(engine) / std::sqrt(n);
                    for (Curve const& curve : study.curves)
                        if (truth_number(curve) == truth)
                            fits.push_back(
                                fit_row(study, curve, n, r,
                                        curve.fit == "sigmoid" ? v * std::pow(n, 0.1 * truth) : v));
                }
        store.add_fits(fits);
    }

    /// A curve under its own truth alone.
    ComparedCurve curve(int number) const
    {
        Curve const& curve = study.curves[number];
        return {&store, &study, {&curve}, curve.label};
    }

    /// The curve of a fit over all truths.
    ComparedCurve over_truths(std::string const& label) const
    {
        ComparedCurve one{&store, &study, {}, label};
        for (Curve const& curve : study.curves)
            if (curve.all_truths == label)
                one.truths.push_back(&curve);
        return one;
    }
};

std::vector<std::string> const more{"study.n=[200, 800, 3200]", "study.replicates=20"};

Comparison const& of(std::vector<Comparison> const& all, std::string const& quantity)
{
    for (Comparison const& one : all)
        if (one.quantity == quantity)
            return one;
    throw std::runtime_error("no comparison of " + quantity);
}

} // namespace

TEST_CASE("curves of one study are paired, and losses of different gates are not compared")
{
    Results const results(more, 1);
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
    Results const a(more, 1);
    // The same seed and truth, so the same data: made-up numbers alike, other n and replicates.
    Results const same({"study.n=[200, 800, 3200, 12800]", "study.replicates=20", "study.id=\"b\""},
                       1);
    Results const other(
        {"study.n=[200, 800, 3200]", "study.replicates=20", "study.seed=8", "study.id=\"c\""}, 2);
    auto rows = rates(a.store, a.study);
    for (Results const* one : {&same, &other})
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
    CHECK(two.difference.hi - two.difference.lo > 1.2 * own); // two intervals in one, sqrt(2)
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
    Results const results(settings, 1);
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

TEST_CASE("replicates for a half-width go by the measured spread")
{
    Results const results({"study.n=[100, 1000, 10000]", "study.replicates=200"}, 3);
    auto const rows = precision_of(rates(results.store, results.study), 0.02);
    REQUIRE(rows.size() == 3);
    // A log-normal of 0.5: the mean's relative variance is e^0.25 - 1 = 0.284 a replicate. Three n
    // over two decades: sum of squares 2 log(10)^2 = 10.6.
    double const needed = std::pow(1.96 / 0.02, 2) * 0.284 / 10.6;
    CHECK(rows[0].spread == Approx(std::sqrt(0.284)).epsilon(0.15));
    CHECK(static_cast<double>(rows[0].needed) == Approx(needed).epsilon(0.3));
    CHECK_FALSE(rows[0].reached);
    CHECK_FALSE(all_reached(rows));
    CHECK(most_needed(rows) >= rows[0].needed);
    auto const wide = precision_of(rates(results.store, results.study), 0.5);
    CHECK(wide[0].reached);
    CHECK(all_reached(wide));
    CHECK(wide[0].half_width == rows[0].half_width);
    Results const one({"study.replicates=1"}, 3);
    auto const unknown = precision_of(rates(one.store, one.study), 0.02);
    CHECK_FALSE(unknown[0].unknown.empty());
    CHECK(most_needed(unknown) == 0);
    CHECK_FALSE(all_reached(unknown));
}

TEST_CASE("curves of further truths are compared, too")
{
    Results const results({"study.n=[200, 800, 3200]", "study.replicates=20", "study.truths=3"}, 1);
    auto const rows = rates(results.store, results.study);
    auto const all = compare(cpu(), {results.curve(2), results.curve(4)}, {{0, 1}}, rows);
    CHECK(of(all, "regression error").a.label == "softmax [truth 2]");
    CHECK(of(all, "regression error").a.bracketed); // none is admissible
    CHECK(of(all, "regression error").a.truths == 1);
}

TEST_CASE("over truths a paired difference is the mean of those within each")
{
    Results const results({"study.n=[200, 800, 3200]", "study.replicates=20", "study.truths=3"}, 1);
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
    Results const three(settings, 1);
    settings.back() = "study.truths=2";
    settings.push_back("study.id=\"b\"");
    Results const two(settings, 1); // the same made-up replicates
    settings.push_back("study.seed=8");
    Results const other(settings, 2);
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
