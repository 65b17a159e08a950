// Each reason why a slope is in brackets, from fits that have that one alone.

#include "host/rates/rates.h"
#include "host/rates/verdict.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <set>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// Relative deviation of replicate r: +-10 %, another order at each n.
double jitter(int n, int r)
{
    return 1 + 0.1 * (((r * 7 + n) % 20) / 9.5 - 1);
}

/// Rates of twenty fits at each of five n, in order: losses and errors fall as n^-1/2, starts do
/// not, all fits are admissible. `change` spoils some.
RateRow rates_with(std::function<void(FitRow&, int n)> const& change)
{
    Study const study = tiny_study({"study.n=[200, 400, 800, 1600, 3200]", "study.replicates=20"});
    TempFolder folder;
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    std::vector<FitRow> fits;
    for (int const n : study.n)
        for (int r = 0; r < study.replicates; ++r) {
            FitRow fit = fit_row(study, study.curves[0], n, r, jitter(n, r) / std::sqrt(n));
            for (LossRow& loss : fit.at(at_start).losses)
                loss.record.value = jitter(n, r + 3);
            fit.admissible = true;
            change(fit, n);
            fits.push_back(fit);
        }
    store.add_fits(fits);
    return rates(Store::open(folder.path()))[0];
}

std::set<std::string> codes(std::vector<Reason> const& reasons)
{
    std::set<std::string> all;
    for (Reason const& one : reasons)
        all.insert(one.code);
    return all;
}

using Codes = std::set<std::string>;

void scale_losses(FitRow& fit, double factor)
{
    for (LossRow& loss : fit.at(at_fit).losses)
        loss.record.value *= factor;
}

} // namespace

TEST_CASE("a slope without a reason is printed clean")
{
    RateRow const row = rates_with([](FitRow&, int) {});
    CHECK(codes(row.reasons).empty());
    CHECK(codes(row.mean.reasons).empty());
    CHECK_FALSE(row.bracketed);
    CHECK(row.mean.slope == Approx(-0.5).margin(0.02));
    std::string const table = rates_table({row});
    CHECK_THAT(table, !Contains("no verdict"));
    auto const json = rates_to_json({row})["rows"][0];
    CHECK(json["reasons"].empty());
    CHECK(json["mean"]["reasons"] == nlohmann::ordered_json::array()); // there, but empty
    CHECK(json["bracketed"].is_null());
}

TEST_CASE("fits that measure their start")
{
    RateRow const row = rates_with([](FitRow& fit, int n) {
        for (LossRow& loss : fit.at(at_start).losses)
            loss.record.value = 2 * jitter(n, fit.replicate) / std::sqrt(n);
    });
    CHECK(codes(row.reasons).empty());
    CHECK(codes(row.mean.reasons) == Codes{"start"});
    CHECK(codes(row.median.reasons) == Codes{"start"});
    CHECK(codes(row.regression.reasons).empty()); // its own start does not fall
    auto const reasons = rates_to_json({row})["rows"][0]["reasons"];
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0]["code"] == "start");
    CHECK(reasons[0]["of"] == "mean");
    CHECK(reasons[0]["start"].get<double>() == Approx(row.start.slope));
    CHECK(reasons[0]["difference"]["slope"].get<double>() == Approx(0).margin(1e-9));
    CHECK_THAT(rates_table({row}), Contains("(-0.5") && Contains("starting points' own slope"));
}

TEST_CASE("a start is told from its fits by pairing, though their intervals overlap")
{
    // Each start is its fit times 2 n^0.01, so that the difference of slopes is -0.01 exactly, but
    // the fit's interval, of some 0.02, holds the start's slope.
    RateRow const row = rates_with([](FitRow& fit, int n) {
        double const v = jitter(n, fit.replicate) / std::sqrt(n);
        for (LossRow& loss : fit.at(at_start).losses)
            loss.record.value = 2 * v * std::pow(n, 0.01);
    });
    REQUIRE(codes(row.mean.reasons) == Codes{"start"});
    auto const& difference = row.mean.reasons[0].numbers["difference"];
    CHECK(difference["slope"].get<double>() == Approx(-0.01));
    CHECK(difference["hi"].get<double>() < -0.0099);
    CHECK_THAT(row.mean.reasons[0].text, Contains("its interval holds"));
}

TEST_CASE("shares of fits that spoil a row, each with its n and counts")
{
    struct Case
    {
        char const* code;
        std::function<void(FitRow&)> spoil;
        int still, many; ///< of 20: the most that is no reason, and the least that is
        std::string text;
    };
    auto const status = [](FitStatus is) { return [is](FitRow& fit) { fit.status = is; }; };
    for (Case const& one :
         {Case{"box", [](FitRow& fit) { fit.facts.at_bound = 1; }, 1, 2, "on the box in 2 of 20"},
          {"failed", status(FitStatus::diverged), 1, 2, "failed have 2 of 20 fits at n = 800"},
          {"no_descent", status(FitStatus::no_descent), 1, 2, "ended above the start's in 2 of 20"},
          {"admissible", [](FitRow& fit) { fit.admissible = false; }, 10, 11,
           "only 45 % of fits at n = 800"}})
        for (int const many : {one.still, one.many}) {
            RateRow const row = rates_with([&](FitRow& fit, int n) {
                if (n == 800 && fit.replicate < many)
                    one.spoil(fit);
            });
            CAPTURE(one.code, many);
            if (many == one.still) {
                CHECK_FALSE(row.bracketed);
                continue;
            }
            REQUIRE(codes(row.reasons) == Codes{one.code});
            CHECK_THAT(*row.bracketed, Contains(one.text));
            CHECK(row.reasons[0].numbers["n"] == nlohmann::ordered_json::array({800}));
            CHECK(row.reasons[0].numbers["of"][0] == 20);
        }
}

TEST_CASE("a loss that grows, and one that is no line")
{
    RateRow const grows =
        rates_with([](FitRow& fit, int n) { scale_losses(fit, std::pow(n, 0.6)); });
    CHECK(codes(grows.mean.reasons).count("grows") == 1);
    RateRow const bent =
        rates_with([](FitRow& fit, int n) { scale_losses(fit, n == 800 ? 1.5 : 1); });
    REQUIRE(codes(bent.mean.reasons) == Codes{"not_one_line"});
    CHECK(bent.mean.reasons[0].numbers["n"] == 800);
    CHECK(codes(bent.regression.reasons).empty());
    CHECK_THAT(rates_table({bent}), Contains("not one line over n, p = "));
}

TEST_CASE("a regression error with a floor takes the verdict of all slopes away")
{
    RateRow const row = rates_with([](FitRow& fit, int n) {
        if (n > 800)
            fit.at(at_fit).risk.regression = jitter(n, fit.replicate) / std::sqrt(800) / 3;
    });
    REQUIRE(codes(row.reasons) == Codes{"floor"});
    CHECK(row.reasons[0].numbers["n"] == 800);
    CHECK_THAT(*row.bracketed, Contains("the regression error has a floor, from n = 800 on"));
}

TEST_CASE("every reason has its line in the table of reasons")
{
    std::set<std::string> all;
    for (ReasonRule const& rule : reason_rules())
        CHECK(all.insert(rule.code).second);
    for (char const* code : {"start", "admissible", "not_one_line", "floor", "grows", "no_descent",
                             "box", "failed", "few_samples", "target"})
        CHECK(all.count(code) == 1);
}
