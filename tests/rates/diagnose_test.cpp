#include "host/rates/diagnose.h"
#include "host/rates/verdict.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// A row in which nothing is wrong.
RateRow sound(Study const& study)
{
    RateRow row;
    row.study = study.id;
    row.label = "softmax";
    row.loss = "softmax.L1";
    row.gauge = "align";
    row.target = "truth";
    row.n = {1000, 10000, 100000};
    row.replicates = 40;
    row.fits = {40, 40, 40};
    row.planned = 120;
    row.failed = row.no_descent = {0, 0, 0};
    row.admissible_share = row.certified_share = 1.0;
    row.mean = row.median = {{1, 0.3, 0.1}, {}, -0.5, -0.55, -0.45, {}};
    row.start = {{1, 1, 1}, {}, 0.0, -0.05, 0.05, {}};
    return row;
}

std::vector<std::string> codes(std::vector<Finding> const& findings)
{
    std::vector<std::string> all;
    for (Finding const& finding : findings)
        all.push_back(finding.code);
    return all;
}

} // namespace

TEST_CASE("each fault of a row is found, and none in a sound one")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store const store = Store::create(folder.path(), study);
    CHECK(diagnose(store, study, {sound(study)}).empty());
    CHECK_THAT(findings_text(study, {}), Contains("nothing found"));
    struct Fault
    {
        char const* code;
        std::function<void(RateRow&)> make;
        char const* what;
    };
    std::vector<Fault> faults = {
        {"unfinished", [](RateRow& row) { row.planned = 150; }, "120 of 150"},
        {"not_stationary", [](RateRow& row) { row.not_stationary = "slow in 3"; }, "slow in 3"},
        {"few_certified", [](RateRow& row) { row.certified_share = 0.5; }, "50 %"},
        {"near_start_lost", [](RateRow& row) { row.near_start_won = 0; }, "none of 120 fits"},
        {"off_target", [](RateRow& row) { row.off_target = "no truth"; }, "no truth"},
        {"heavy_tails", [](RateRow& row) { row.heavy_tail = true; }, "of the median -0.500"},
        // half width 0.15, three times what is aimed at: nine times the replicates
        {"coarse", [](RateRow& row) { row.mean.lo = -0.65, row.mean.hi = -0.35; }, "about 360"},
        {"coarse_over_truths",
         [](RateRow& row) {
             row.mean.lo = -0.65, row.mean.hi = -0.35;
             row.truths = Truths{{row.mean, row.mean}, 0.12};
             row.truths->each[1].slope += 0.1;
         },
         "+- 0.15 over 2 truths, whose slopes have a standard deviation of 0.12"},
        {"narrow_n",
         [](RateRow& row) {
             row.n = {1000, 2000, 4000};
         },
         "n = 1000, 2000, 4000"}};
    for (ReasonRule const& rule : reason_rules()) {
        faults.push_back({rule.code,
                          [&](RateRow& row) {
                              row.reasons.push_back({rule.code, "why so", {}});
                          },
                          "why so"});
        faults.push_back({rule.code,
                          [&](RateRow& row) {
                              row.mean.reasons.push_back({rule.code, "of it", {}});
                          },
                          "of it"});
    }
    for (Fault const& fault : faults) {
        INFO(fault.code);
        RateRow row = sound(study);
        fault.make(row);
        auto const found = diagnose(store, study, {sound(study), row});
        REQUIRE(codes(found) == std::vector<std::string>{fault.code});
        REQUIRE(found[0].instances.size() == 1);
        CHECK(found[0].instances[0].about == "softmax, softmax.L1");
        CHECK_THAT(found[0].instances[0].what, Contains(fault.what));
        CHECK_FALSE(found[0].remedy.empty());
        CHECK_THAT(findings_text(study, found), Contains("-> ") && Contains(fault.code));
        CHECK(findings_json(study, found)["findings"][0]["code"] == fault.code);
    }
}

TEST_CASE("where replicates make the interval over truths, more of them are advised")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store const store = Store::create(folder.path(), study);
    RateRow row = sound(study);
    row.mean.lo = -0.7121, row.mean.hi = -0.2879; // of each truth, and they agree
    row.truths = Truths{{row.mean, row.mean}, 0};
    row.mean.lo = -0.65, row.mean.hi = -0.35;
    auto const found = diagnose(store, study, {row});
    REQUIRE(codes(found) == std::vector<std::string>{"coarse"});
    CHECK_THAT(found[0].instances[0].what, Contains("about 360"));
}

TEST_CASE("shares at the threshold are no fault")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store const store = Store::create(folder.path(), study);
    RateRow row = sound(study);
    row.certified_share = 0.9;
    row.mean.lo = -0.6, row.mean.hi = -0.4;
    row.n = {1000, 2000, 10000};
    CHECK(diagnose(store, study, {row}).empty());
}

TEST_CASE("remedies are those of the estimator and of what is not asked for yet")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store const store = Store::create(folder.path(), study);
    RateRow sgd = sound(study), lse = sound(study);
    sgd.certified_share.reset(); // its fits have none
    for (RateRow* row : {&sgd, &lse})
        row->reasons.push_back({rule::admissible.code, "70 %", {}});
    auto const found = diagnose(store, study, {sgd, lse});
    REQUIRE(codes(found) == std::vector<std::string>{"admissible", "admissible"});
    CHECK_THAT(found[0].remedy, Contains("least squares"));
    CHECK_THAT(found[1].remedy, Contains("start.starts") && !Contains("least squares"));
    // The loss against the projection is there already.
    RateRow truth = sound(study), projection = sound(study);
    truth.off_target = "other family";
    projection.target = "projection";
    CHECK(codes(diagnose(store, study, {truth})) == std::vector<std::string>{"off_target"});
    CHECK(diagnose(store, study, {truth, projection}).empty());
    projection.loss = "softmax.L2r"; // of another loss it says nothing
    CHECK(codes(diagnose(store, study, {truth, projection})) ==
          std::vector<std::string>{"off_target"});
    // One n has no slopes that could differ.
    RateRow one = sound(study);
    one.heavy_tail = true;
    one.mean.slope = one.median.slope = std::nan("");
    CHECK(diagnose(store, study, {one}).empty());
}

TEST_CASE("the runs of a folder are looked at, too")
{
    TempFolder folder;
    Study const study = tiny_study();
    RunRow run;
    run.commit = "a";
    run.simd = "x86-64-v3";
    auto const after = [&](char const* outcome) {
        {
            Store store = Store::create(folder.path(), study);
            store.begin_run(run);
            store.finish_run(outcome);
        }
        return diagnose(Store::open(folder.path()), study, {sound(study)});
    };
    CHECK(after("done").empty());
    run.commit = "b";
    run.dirty = true;
    auto const found = after("failed");
    CHECK(codes(found) == std::vector<std::string>{"run_ended", "unlike_runs", "modified_program"});
    CHECK_THAT(found[0].instances[0].what, Contains("failed"));
    CHECK_THAT(found[1].instances[0].what, Contains("commits a, b"));
}
