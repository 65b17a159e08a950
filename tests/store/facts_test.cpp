// What an estimator tells of a fit beside its parameters, and the points that only some fits have.
#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/export.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

FitRow told(Study const& study, int replicate)
{
    FitRow fit = fit_row(study, study.curves[0], 100, replicate, 0.1);
    FitFacts& facts = fit.facts;
    facts.ended = "gain";
    facts.predicted_gain = 1e-7;
    facts.actual_gain = 3e-6;
    facts.radius = 1e8;
    facts.gradient_norm = 1e-9;
    facts.at_bound = 2;
    facts.coordinates = 18;
    facts.rank = 14;
    facts.deficit = 3;
    facts.dead = 1;
    facts.smallest = {1e-18, 1e-12, 0.25, 0.5, none};
    facts.stationary = true;
    facts.best = false;
    facts.won = 1;
    facts.kinks = 3;
    fit.certified = false;
    facts.starts = {{"near", 0.5, 12.5, "slow", 0.25}, {"blind", 0.25, 0, "gain", 0}};
    Point oracle = fit.at(at_fit);
    oracle.at = at_oracle;
    oracle.mse = 0.5;
    for (LossRow& loss : oracle.losses)
        loss.key.at = at_oracle;
    fit.add_point(oracle);
    return fit;
}

/// A store with the fit of replicate 1, of which the estimator has told, and 2, of which not.
struct ToldFolder : TempFolder
{
    ToldFolder()
    {
        Store store = Store::create(path(), study);
        add_cells(store, study);
        store.add_fits({told(study, 1), fit_row(study, study.curves[0], 100, 2, 0.1)});
    }
    Study study = tiny_study();
};

/// All facts as text.
std::string facts_of(FitRow const& fit)
{
    std::string text;
    struct
    {
        std::string operator()(double value) const { return std::to_string(value); }
        std::string operator()(std::string const& value) const { return value; }
        std::string operator()(std::optional<int> value) const
        {
            return value ? std::to_string(*value) : "none";
        }
        std::string operator()(std::optional<bool> value) const
        {
            return value ? (*value ? "yes" : "no") : "none";
        }
    } const shown;
    each_fact(fit, [&](char const* name, auto const& value) {
        (text += name) += " " + shown(value) + "\n";
    });
    for (StartRecord const& start : fit.facts.starts)
        each_start_value(start, [&](char const* name, auto const& value) {
            (text += name) += " " + shown(value) + "\n";
        });
    return text;
}

} // namespace

TEST_CASE("facts, starts and own points of a fit come back, and none where there are none")
{
    ToldFolder const folder;
    Store const store = Store::open(folder.path());
    FitRow const want = told(folder.study, 1);
    auto const fits = store.fits(want.cell, true);
    REQUIRE(fits.size() == 2);
    CHECK(facts_of(fits[0]) == facts_of(want));
    CHECK_THAT(facts_of(fits[0]), Contains("rank 14") && Contains("best no") &&
                                      Contains("certified no") && Contains("kind blind"));
    CHECK(same_result(fits[0], want));
    REQUIRE(fits[0].points.size() == 3);
    CHECK(fits[0].points[1].at == at_oracle); // between start and fit
    CHECK(fits[0].at(at_oracle).losses.size() == 2);
    CHECK(facts_of(fits[1]) == facts_of(FitRow{}));
    CHECK_FALSE(fits[1].has(at_oracle));
}

TEST_CASE("another fact is another result")
{
    ToldFolder const folder;
    Store store = Store::create(folder.path(), folder.study);
    store.add_fits({told(folder.study, 1)}); // the same: nothing happens
    auto const refused = [&](std::function<void(FitRow&)> const& change) {
        FitRow fit = told(folder.study, 1);
        change(fit);
        CHECK_THROWS_AS(store.add_fits({fit}), StoreError);
    };
    refused([](FitRow& fit) { fit.facts.rank = 13; });
    refused([](FitRow& fit) { fit.facts.ended = "slow"; });
    refused([](FitRow& fit) { fit.facts.predicted_gain = 2e-7; });
    refused([](FitRow& fit) { fit.facts.stationary = false; });
    refused([](FitRow& fit) { fit.facts.kinks = 2; });
    refused([](FitRow& fit) { fit.facts.starts[1].mse = 0.125; });
    refused([](FitRow& fit) { fit.facts.starts.pop_back(); });
    refused([](FitRow& fit) { fit.at(at_oracle).mse = 0.25; });
}

TEST_CASE("certified is admissible, stationary and best, and unknown where one of them is")
{
    FitRow fit;
    CHECK_FALSE(certified(fit));
    fit.admissible = true;
    fit.facts.stationary = true;
    CHECK_FALSE(certified(fit));
    fit.facts.best = true;
    CHECK(certified(fit) == true);
    fit.admissible = false;
    CHECK(certified(fit) == false);
}

TEST_CASE("facts and points that a fit lacks are empty in exports")
{
    ToldFolder const folder;
    Store const store = Store::open(folder.path());
    std::string const csv = export_csv(store);
    CHECK_THAT(csv, Contains(",0.125,gain,1e-07,3e-06,100000000,1e-09,2,18,14,3,1,1e-18,1e-12,0.25,"
                             "0.5,,1,0,0,1,3,softmax.L1,1,align,truth,0.2,0.1,0.1,"));
    CHECK_THAT(csv, Contains(",0.125,,,,,,,,,,,,,,,,,,,,,softmax.L1,1,align,truth,0.2,,0.1,"));
    auto const json = export_json(store);
    CHECK(json["fits"][0]["oracle_mse"] == 0.5);
    CHECK(json["fits"][0]["starts"][0]["status"] == "slow");
    CHECK(json["fits"][1]["oracle_mse"].is_null());
    CHECK(json["fits"][1]["starts"].empty());
    CHECK(json["fits"][1]["certified"].is_null());
}

TEST_CASE("a loss that a new fit names twice is stored once, and refused with two values")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    std::vector<LossRow>& losses = fit.at(at_fit).losses;
    std::size_t const once = losses.size();
    losses.push_back(losses.front());
    CHECK_NOTHROW(store.add_fits({fit}));
    CHECK(store.fits(fit.cell, false)[0].at(at_fit).losses.size() == once);

    fit.replicate = 1;
    fit.at(at_fit).losses.back().record.value += 1;
    CHECK_THROWS_AS(store.add_fits({fit}), StoreError);
    CHECK(store.count(fit.cell).fits == 1);
}
