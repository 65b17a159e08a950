#include "host/rates/rates.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// Losses of the power law n^exponent, replicate r multiplied by 1 + r / 10.
double power_law(int n, int replicate, double exponent)
{
    return std::pow(n, exponent) * (1 + replicate / 10.0);
}

/// A full store: softmax falls as n^-1/2, sigmoid as n^-1/4; sigmoid's replicate 1 diverged at n =
/// 100.
void fill(Store& store, Study const& study)
{
    add_cells(store, study);
    std::vector<FitRow> fits;
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            for (int r = 0; r < study.replicates; ++r) {
                double const exponent = curve.label == "softmax" ? -0.5 : -0.25;
                fits.push_back(fit_row(study, curve, n, r, power_law(n, r, exponent)));
                if (curve.label == "sigmoid" && n == 100 && r == 1) {
                    fits.back().status = FitStatus::diverged;
                    for (Point& point : fits.back().points)
                        for (LossRow& loss : point.losses)
                            loss.record.value = none;
                }
                if (r == 0)
                    fits.back().admissible = true;
            }
    for (FitRow& fit : fits)
        if (fit.cell == cell_row(study, study.curves[1], 100).id ||
            fit.cell == cell_row(study, study.curves[1], 1000).id)
            fit.admissible.reset(); // as where sigmoid does not hold the softmax truth
    store.add_fits(fits);
}

std::vector<RateRow> full_rates(std::vector<std::string> const& settings = {})
{
    TempFolder folder;
    Study const study = tiny_study(settings);
    Store store = Store::create(folder.path(), study);
    fill(store, study);
    return rates(Store::open(folder.path()));
}

} // namespace

TEST_CASE("rates of a store, one row a label and loss")
{
    auto const rows = full_rates();
    REQUIRE(rows.size() == 3);
    RateRow const& row = rows[0];
    CHECK(row.study == "tiny");
    CHECK(row.label == "softmax");
    CHECK(row.loss == "softmax.L1");
    CHECK(rows[1].loss == "softmax.L2r");
    CHECK(rows[2].label == "sigmoid");
    CHECK(row.target == "truth");
    CHECK(row.gauge == "align");
    CHECK(row.estimator == "sgd");
    CHECK(row.n == std::vector<int>{100, 1000});
    CHECK(row.replicates == 4);
    CHECK(row.reported_slope == -0.2);
    CHECK(row.theory.claim == "-0.5");
    CHECK(row.n_over_sigma2[1] == Approx(1e5));
    for (Slope const* slope :
         {&row.mean, &row.median, &row.trimmed, &row.geometric, &row.start, &row.regression,
          &row.expert.over, &row.expert.missed, &row.response.cell, &row.response.gate})
    {
        CHECK(slope->slope == Approx(-0.5).epsilon(1e-12));
        CHECK(slope->lo <= slope->slope);
        CHECK(slope->hi >= slope->slope);
    }
    CHECK(row.mean.value[0] == Approx(0.1 * 1.15));
    CHECK(row.mean.sd[0] == Approx(0.1 * std::sqrt(0.05 / 3)));
    CHECK(row.start.value[0] == Approx(0.2 * 1.15));
    CHECK(row.regression.value[0] == Approx(0.1 * 1.15 / 3));
    CHECK(row.expert.over.value[0] == Approx(0.1 * 1.15 / 2));
    CHECK(row.expert.missed.value[0] == Approx(0.1 * 1.15 / 4));
    CHECK(row.response.cell.value[0] == Approx(0.1 * 1.15 / 5));
    CHECK(row.response.gate.value[0] == Approx(0.1 * 1.15 / 6));
    CHECK(std::isnan(row.expert.exact.slope)); // all cells have several atoms
    CHECK_THAT(row.expert.exact.reason, Contains("expert error exact is undefined in all 8 fits"));
    CHECK(row.admissible_share == 0.25);
    CHECK_FALSE(row.certified_share);
    CHECK(row.off_target.empty());
}

TEST_CASE("a failed fit is left out, counted, and its row flagged")
{
    auto const rows = full_rates();
    RateRow const& row = rows[2];
    CHECK(row.failed == std::vector<int>{1, 0});
    CHECK(row.replicates == 3);
    CHECK(row.mean.value[0] == Approx(std::pow(100, -0.25) * (1 + 1.2 + 1.3) / 3));
    CHECK(row.regression.value[0] == Approx(row.mean.value[0] / 3));
    CHECK_THAT(rates_table(rows), Contains("failed fits are left out: 1, 0 of n = 100, 1000"));
}

TEST_CASE("a fit that does not hold the truth is marked as off the paper's target")
{
    auto const rows = full_rates({"truth.experts=3"});
    CHECK_FALSE(rows[2].admissible_share);
    auto const pair = full_rates(); // two sigmoids give the function of a softmax of two atoms
    CHECK(pair[2].admissible_share);
    CHECK_THAT(pair[2].off_target,
               Contains("has the function of the truth") && !Contains("does not hold"));
    CHECK_THAT(rows[2].off_target, Contains("projection") && Contains("linear sigmoid") &&
                                       Contains("does not hold the truth (linear softmax"));
    CHECK_THAT(rates_table(rows), Contains("truth*"));
}

TEST_CASE("a window with n below ten times the number of parameters gets no verdict")
{
    // p = 3 (2 + 1 + 2 + 1) = 18
    auto const rows = full_rates();
    REQUIRE(rows[0].bracketed);
    CHECK_THAT(*rows[0].bracketed, Contains("n = 100 is below 10 p = 180"));
    CHECK_THAT(rates_table(rows), Contains("(-0.500) [") && Contains("no verdict"));
    auto const few = [](std::string const& n) {
        RateRow const row = full_rates({"study.n=[" + n + ", 1000]"})[0];
        return std::any_of(row.reasons.begin(), row.reasons.end(),
                           [](Reason const& one) { return one.code == "few_samples"; });
    };
    CHECK(few("179"));
    CHECK_FALSE(few("180"));
}

TEST_CASE("an unfinished run gives the rates of what is there")
{
    TempFolder folder;
    Study const study = tiny_study({"study.n=[100, 1000, 10000]"});
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    auto rows = rates(store);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].n.empty());
    CHECK(std::isnan(rows[0].mean.slope));
    CHECK_THAT(rates_table(rows), Contains("unfinished"));

    for (int const n : {100, 1000})
        for (int r = 0; r < 2; ++r)
            store.add_fits({fit_row(study, study.curves[0], n, r, power_law(n, r, -0.5))});
    rows = rates(store);
    CHECK(rows[0].n == std::vector<int>{100, 1000});
    CHECK(rows[0].replicates == 2);
    CHECK(rows[0].mean.slope == Approx(-0.5));
    CHECK_THAT(rates_table(rows), Contains("softmax: unfinished, 4 of 12 fits"));
}

TEST_CASE("replicates and n that the study does not ask for any more are left out")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    fill(store, study);
    auto const fewer = rates(store, tiny_study({"study.replicates=2", "study.n=[1000]"}));
    CHECK(fewer[0].n == std::vector<int>{1000});
    CHECK(fewer[0].replicates == 2);
}

TEST_CASE("a loss that was not measured yet has no rate")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    fill(store, study);
    Study more = study;
    more.curves[0].losses[0].choice.gauge = Gauge::none;
    auto const rows = rates(store, more);
    CHECK(std::isnan(rows[0].mean.slope));
    CHECK(rows[0].replicates == 0);
    CHECK_FALSE(rows[0].mean.reason.empty());
    CHECK(rows[1].mean.slope == Approx(-0.5));
}

TEST_CASE("the JSON object has the documented keys in order")
{
    auto const json = rates_to_json(full_rates());
    REQUIRE(json["rows"].size() == 3);
    std::vector<std::string> keys;
    for (auto const& item : json["rows"][0].items())
        keys.push_back(item.key());
    CHECK(fmt::format("{}", fmt::join(keys, " ")) ==
          "study label fit swept loss r gauge target estimator n replicates failed "
          "admissible_share certified_share box_share n_over_sigma2 bracketed reasons mean "
          "median trimmed geometric start regression expert response oracle no_descent "
          "near_start_won truths reported_slope theory error_bars levels stationary_share "
          "best_share excess parameters rank");
    auto const& row = json["rows"][0];
    CHECK(row["certified_share"].is_null());
    CHECK(row["theory"] == -0.5);
    CHECK(row["reported_slope"] == -0.2);
    CHECK(json["rows"][2]["theory"].is_null());
    CHECK(row["mean"]["sd"].size() == 2);
    CHECK_FALSE(row["median"].contains("sd"));
    CHECK(row["start"]["value"].size() == 2);
    for (char const* kind : {"over", "exact", "missed"})
        CHECK(row["expert"][kind]["value"].size() == 2);
    CHECK(row["expert"].size() == 3);
    for (char const* kind : {"cell", "gate"})
        CHECK(row["response"][kind]["value"].size() == 2);
    CHECK(row["response"].size() == 2);
    CHECK(row["no_descent"] == nlohmann::ordered_json::array({0, 0}));
    CHECK(row["box_share"] == nlohmann::ordered_json::array({0.0, 0.0}));
    CHECK_FALSE(row["mean"].contains("reason"));
}

TEST_CASE("numbers that do not exist are null, with a reason")
{
    std::vector<RateRow> rows(1);
    rows[0].theory.claim = "sub";
    rows[0].n = {100};
    rows[0].n_over_sigma2 = {std::numeric_limits<double>::infinity()};
    for (Slope* slope :
         {&rows[0].mean, &rows[0].median, &rows[0].trimmed, &rows[0].geometric, &rows[0].start,
          &rows[0].regression, &rows[0].expert.over, &rows[0].expert.exact, &rows[0].expert.missed,
          &rows[0].response.cell, &rows[0].response.gate})
        *slope = {{0.0}, {none}, none, none, none, "why"};
    auto const row = nlohmann::json::parse(rates_to_json(rows).dump())["rows"][0];
    CHECK(row["mean"]["slope"].is_null());
    CHECK(row["mean"]["sd"][0].is_null());
    CHECK(row["mean"]["reason"] == "why");
    CHECK(row["n_over_sigma2"][0].is_null());
    CHECK(row["theory"] == "sub");
}

TEST_CASE("a claim that does not stand is struck, with the reason, and says so to programs")
{
    auto rows = full_rates();
    std::string const stands = rates_table(rows);
    CHECK_THAT(stands, Contains(" -0.5 ") && !Contains("\u2717"));
    rows[0].theory = {"-0.5", false, "an exact flat direction"};
    rows[1].theory = {"sub", true, "the experts stand outside the definition"};
    std::string const table = rates_table(rows);
    CAPTURE(table);
    CHECK_THAT(table, Contains("-0.5 \u2717") &&
                          Contains("the theory's -0.5 does not stand, an exact flat direction.") &&
                          Contains("sub, the experts stand outside the definition."));
    auto const json = nlohmann::json::parse(rates_to_json(rows).dump())["rows"];
    CHECK(json[0]["theory"] ==
          nlohmann::json{{"claim", -0.5}, {"stands", false}, {"why", "an exact flat direction"}});
    CHECK(json[1]["theory"]["stands"] == true);
    CHECK(json[0]["error_bars"] == 2.0);
}

TEST_CASE("the table's lines stay near 120 columns and its notes say what they are about")
{
    auto rows = full_rates();
    rows[2].heavy_tail = true;
    std::string const table = rates_table(rows);
    CAPTURE(table);
    CHECK_THAT(table, Contains("softmax.L2r r=1") && Contains("heavy tails") &&
                          Contains("one drawn truth") && Contains("25 %") &&
                          Contains("undefined") && Contains("1e+04 .. 1e+05"));
    std::size_t at = 0;
    for (std::size_t end; (end = table.find('\n', at)) != std::string::npos; at = end + 1)
        CHECK(end - at <= 120);
    CHECK(rates_table({}).find("No rates") == 0);
}
