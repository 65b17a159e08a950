#include "host/rates/rates.h"
#include "host/store/unasked.h"
#include "host/study/truth.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <functional>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Changes a fit of a label at n before it is stored.
using Change = std::function<void(FitRow&, std::string const& label, int n)>;

/// Fills a store with all that its study asks for: losses and errors fall as n^-1/2, replicate r
/// has 1 + r / 10 times as much.
void fill(Store& store, Study const& study, Change const& change)
{
    add_cells(store, study);
    std::vector<FitRow> fits;
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            for (int r = 0; r < study.replicates; ++r) {
                fits.push_back(fit_row(study, curve, n, r, (1 + r / 10.0) / std::sqrt(n)));
                if (change)
                    change(fits.back(), curve.label, n);
            }
    store.add_fits(fits);
}

/// Rates of a study whose fits `change` has changed; the first row is softmax.L1 of "softmax".
std::vector<RateRow> changed_rates(std::vector<std::string> const& settings, Change const& change)
{
    TempFolder folder;
    Study const study = tiny_study(settings);
    Store store = Store::create(folder.path(), study);
    fill(store, study, change);
    return rates(Store::open(folder.path()));
}

/// The loss "softmax.L1" of a fit, measured and not finite.
void lose(FitRow& fit, double value, std::string const& at)
{
    for (LossRow& loss : fit.at(at).losses)
        if (loss.key.name == "softmax.L1")
            loss.record.value = value;
}

} // namespace

TEST_CASE("a loss that is not finite takes no other number of its fit away")
{
    auto const rows = changed_rates({}, [](FitRow& fit, std::string const& label, int n) {
        if (label == "softmax" && n == 100)
            lose(fit, none, "fit");
        if (label == "softmax" && n == 1000 && fit.replicate == 3)
            lose(fit, infinity, "start");
    });
    RateRow const& row = rows[0];
    CHECK(std::isnan(row.mean.slope));
    CHECK(row.replicates == 0);
    CHECK_THAT(row.mean.reason, Contains("loss is not finite in 4 of 4 fits at n = 100"));
    CHECK(row.mean.value[1] == Approx(1.15 / std::sqrt(1000)));
    CHECK(row.regression.slope == Approx(-0.5));
    CHECK(row.expert.over.slope == Approx(-0.5));
    CHECK(row.regression.reason.empty());
    // The start is its own number: one of 8 is lost.
    CHECK(row.start.value[0] == Approx(2 * 1.15 / 10));
    CHECK(row.start.value[1] == Approx(2 * 1.1 / std::sqrt(1000)));
    CHECK_THAT(row.start.reason, Contains("start loss is not finite in 1 of 4 fits at n = 1000"));
    CHECK(rows[1].mean.slope == Approx(-0.5)); // the other loss
    std::string const table = rates_table(rows);
    CHECK_THAT(table, Contains("none softmax softmax.L1: the loss is not finite"));
    CHECK_THAT(table, Contains("! softmax softmax.L1: the start loss is not finite"));
    CHECK_THAT(table, !Contains("unfinished"));
}

TEST_CASE("the true mass that leaves float64 is named with its size")
{
    std::vector<std::string> const cold{"truth.temperature=1e-4", "study.seed=1"};
    auto const rows = changed_rates(cold, [](FitRow& fit, std::string const&, int) {
        fit.at(at_fit).losses.at(0).record.value = none;
    });
    Study const study = tiny_study(cold);
    Model const& truth = study.curves[0].truth.model;
    std::vector<double> const theta = true_parameters(study, study.curves[0], study.n.front());
    Block const& bias = truth.layout.block[1];
    REQUIRE(bias.role == Role::bias);
    int const atom = theta[bias.offset] > theta[bias.offset + 1] ? 0 : 1;
    double const exponent = theta[bias.offset + atom] / 1e-4;
    REQUIRE(exponent > 710); // e^710 is beyond float64
    CHECK_THAT(rows[0].mean.reason,
               Contains("all 8 fits") &&
                   Contains("the mass of true atom " + std::to_string(atom + 1) + " is e^" +
                            std::to_string(std::lround(exponent))));
    // Logistic masses are at most 1.
    CHECK_THAT(rows[2].mean.reason, Contains("all 8 fits") && !Contains("true atom"));
}

TEST_CASE("a loss that was not measured says whether it can be")
{
    for (bool const kept : {true, false}) {
        TempFolder folder;
        Study const study = tiny_study();
        Store store = Store::create(folder.path(), study);
        fill(store, study, [&](FitRow& fit, std::string const&, int) {
            if (!kept) {
                for (Point& point : fit.points)
                    point.theta.clear();
            }
        });
        auto const rows = rates(store, tiny_study({"fit.softmax.gauge=\"none\""}));
        CHECK(std::isnan(rows[0].mean.slope));
        CHECK(rows[0].regression.slope == Approx(-0.5));
        CHECK_THAT(rows[0].mean.reason,
                   Contains(kept ? "not measured yet in all 8 fits, `moerate run` goes on"
                                 : "not measured in all 8 fits, whose parameters were not stored"));
        CHECK_THAT(rates_table(rows), !Contains("unfinished"));
    }
}

TEST_CASE("unfinished is where fits are not stored, be it whole n")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    fill(store, study, [](FitRow& fit, std::string const&, int) {
        if (fit.replicate == 0)
            fit.status = FitStatus::not_finite;
    });
    CHECK_THAT(rates_table(rates(store)), !Contains("unfinished"));
    CHECK_THAT(rates_table(rates(store, tiny_study({"study.n=[100,1000,10000]"}))),
               Contains("! softmax, sigmoid: unfinished, 8 of 12 fits are stored"));
}

TEST_CASE("whether the fit holds the truth is asked of the classes, not of the numbers")
{
    auto const all_fail = [](FitRow& fit, std::string const&, int) {
        fit.status = FitStatus::diverged;
        fit.admissible.reset();
    };
    auto const failed = changed_rates({}, all_fail);
    CHECK(failed[0].off_target.empty());
    CHECK_FALSE(failed[0].admissible_share);
    CHECK_FALSE(failed[2].off_target.empty()); // sigmoid on softmax data
    CHECK_THAT(failed[0].mean.reason, Contains("no loss at n = 100 (no fit that counts)"));
}

TEST_CASE("without noise a fit is admissible where its error is the reference's at most")
{
    // As versions before stored it: no excess, no column `admissible`.
    auto const rows =
        changed_rates({"data.noise_variance=0"}, [](FitRow& fit, std::string const&, int) {
            fit.admissible.reset();
            fit.excess = none;
            fit.mse_truth = 0;
            fit.at(at_fit).mse = fit.replicate == 0 ? 0 : 1e-9;
        });
    CHECK(rows[0].off_target.empty());
    CHECK(rows[0].admissible_share == 0.25);
    CHECK_FALSE(rows[2].admissible_share); // no reference
    CHECK(rates_to_json(rows)["rows"][0]["n_over_sigma2"].dump() == "[null,null]");
    std::string const table = rates_table(rows);
    CHECK_THAT(table, Contains(" inf\n") && !Contains("inf .. inf"));
}

TEST_CASE("fits without descent are counted by n, and noted above 5 %")
{
    for (int const many : {1, 2}) {
        auto const rows = changed_rates(
            {"study.replicates=20"}, [many](FitRow& fit, std::string const& label, int n) {
                if (label == "softmax" && n == 1000 && fit.replicate < many)
                    fit.status = FitStatus::no_descent;
            });
        CHECK(rows[0].no_descent == std::vector<int>{0, many});
        CHECK(rows[2].no_descent == std::vector<int>{0, 0});
        CHECK(rows[0].replicates == 20); // no failure
        CHECK(rates_to_json(rows)["rows"][0]["no_descent"][1] == many);
        std::string const table = rates_table(rows);
        CHECK_THAT(table, Contains(many == 1 ? " 0, 1 " : " 0, 2 "));
        auto const codes = rates_to_json(rows)["rows"][0]["reasons"].dump();
        if (many == 1) { // 5 % exactly
            CHECK_THAT(table + codes, !Contains("no descent,") && !Contains("no_descent\""));
        } else {
            CHECK_THAT(table, Contains("no descent,"));
            CHECK_THAT(codes, Contains("no_descent\"") &&
                                  Contains("no descent, the training error ended above the start's "
                                           "in 2 of 20 fits at n = 1000"));
        }
    }
}

TEST_CASE("each expert error is over the replicates that have it")
{
    // Replicate 0 has only cells of one atom, the others only cells of several.
    auto const rows = changed_rates({}, [](FitRow& fit, std::string const&, int) {
        if (fit.replicate == 0) {
            RiskRecord& risk = fit.at(at_fit).risk;
            std::swap(risk.expert_over, risk.expert_exact);
        }
    });
    ExpertSlopes const& expert = rows[0].expert;
    CHECK(expert.over.value[0] == Approx(0.1 * (1.1 + 1.2 + 1.3) / 3 / 2));
    CHECK(expert.exact.value[0] == Approx(0.1 / 2));
    CHECK(expert.missed.value[0] == Approx(0.1 * 1.15 / 4));
    CHECK(expert.over.reason.empty());
    auto const json = rates_to_json(rows)["rows"][0]["expert"];
    CHECK(json["over"]["value"][0] == expert.over.value[0]);
    CHECK(json["exact"]["value"][0] == expert.exact.value[0]);
    CHECK(json["missed"]["value"][0] == expert.missed.value[0]);
    CHECK_THAT(rates_table(rows),
               Contains("expert over") && Contains("expert exact") && Contains("expert missed"));
}

TEST_CASE("responses are over the replicates whose version measured them")
{
    auto const rows = changed_rates({}, [](FitRow& fit, std::string const&, int) {
        if (fit.replicate == 0)
            fit.at(at_fit).risk.response_cell = none;
    });
    ResponseSlopes const& response = rows[0].response;
    CHECK(response.cell.value[0] == Approx(0.1 * (1.1 + 1.2 + 1.3) / 3 / 5));
    CHECK(response.gate.value[0] == Approx(0.1 * 1.15 / 6));
    CHECK_THAT(response.cell.reason, Contains("the response of the cells was not measured in") &&
                                         Contains("which an older version stored"));
    CHECK(response.gate.reason.empty());
    CHECK(rates_to_json(rows)["rows"][0]["response"]["cell"]["value"][0] == response.cell.value[0]);
    CHECK_THAT(rates_table(rows), Contains("response cell") && Contains("response gate"));
}

TEST_CASE("several studies are one table, whose notes name them")
{
    auto rows = changed_rates({}, nullptr);
    CHECK_THAT(rates_table(rows), Contains("Rates of tiny: ") && !Contains("study  "));
    auto more = rows;
    for (RateRow& row : more)
        row.study = "other";
    more[2].heavy_tail = true;
    rows.insert(rows.end(), more.begin(), more.end());
    std::string const table = rates_table(rows);
    REQUIRE(table.find("Rates of tiny, other: ") == 0);
    CHECK(table.find("Rates of", 1) == std::string::npos);
    CHECK_THAT(table, Contains("\nstudy  label    loss ") &&
                          Contains("\ntiny   softmax  softmax.L1 ") &&
                          Contains("\nother  sigmoid  sigmoid.D3 "));
    CHECK_THAT(table, Contains("! other: sigmoid sigmoid.D3: heavy tails"));
}

TEST_CASE("swept keys are columns of their own")
{
    auto const rows = changed_rates(
        {"sweep.\"start.scale\"=[0.005,0.5]", "sweep.\"fit.softmax.gauge\"=[\"align\",\"none\"]"},
        nullptr);
    REQUIRE(rows[0].swept.size() == 2);
    CHECK(rows[0].fit == "softmax");
    std::string const table = rates_table(rows);
    CHECK_THAT(table, Contains("label    fit.gauge  start.scale  loss") &&
                          Contains("softmax  none       0.5          softmax.L1 gauge=none") &&
                          Contains("sigmoid  -          0.5          sigmoid.D3"));
    auto const json = rates_to_json(rows)["rows"][0];
    CHECK(json["fit"] == "softmax");
    CHECK(json["swept"]["start.scale"] == 0.005);
}

TEST_CASE("what a store holds beyond its study is told in one line")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    fill(store, study, nullptr);
    CHECK(unasked(store, study).empty());
    CHECK_THAT(rates_table(rates(store)), !Contains("not shown"));
    Study const fewer = tiny_study({"study.replicates=3", "study.n=[1000]"});
    CHECK_THAT(unasked(store, fewer), Contains("n = 100 (8 fits); replicates beyond 3 (2 fits)"));
    CHECK_THAT(rates_table(rates(store, fewer)),
               Contains("! tiny: stored and not shown") && Contains("n = 100 (8 fits)"));
    Study one = study;
    one.curves.pop_back();
    CHECK_THAT(unasked(store, one), Contains("sigmoid (8 fits)"));
    CHECK(leaving(store, study, study).empty());
    CHECK(leaving(store, study, fewer) ==
          "10 stored fits leave the study (kept): n = 100 (8 fits); "
          "replicates beyond 3 (2 fits)");
    CHECK(leaving(store, fewer, one) == "3 stored fits leave the study (kept): sigmoid (3 fits)");
}
