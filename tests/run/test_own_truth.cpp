// Fits with a truth of their own in one study.

#include "host/rates/compare.h"
#include "host/study/identity.h"
#include "tests/run/runs.h"

using namespace moerate;

namespace
{

std::string const own_gate = R"(
gate = { score = "linear", normalizer = "softmax" }
)";

/// The small study, whose fit "own" has the families of "softmax" and this truth.
Study with_own(std::string const& truth)
{
    return parse_study(std::string(small::text) + "[[fit]]\nlabel = \"own\"" + own_gate +
                           "experts = 3\nloss = \"softmax.L1\"\n[fit.truth]" + own_gate +
                           "expert = { form = \"ridge\", activation = \"relu\" }\nexperts = 2\n" +
                           truth,
                       "small.toml");
}

FitRow first_fit(Store const& store, Study const& study, int curve)
{
    return store.fits(cell_id(study, study.curves[curve], 64), true).at(0);
}

} // namespace

TEST_CASE("a fit's own truth that is the study's gives the same fits")
{
    small::Folder folder;
    Study const study =
        with_own("draw = { gate_variance = 1.0, expert_variance = 1.0, zero_gate = [2], zero = "
                 "\"location\" }\n");
    small::run(study, folder.path());
    Store const store = Store::open(folder.path());
    FitRow const a = first_fit(store, study, 0), b = first_fit(store, study, 2);
    CHECK(a.cell != b.cell);
    CHECK(a.at(at_start).theta == b.at(at_start).theta);
    CHECK(a.at(at_fit).theta == b.at(at_fit).theta);
    CHECK(a.at(at_fit).risk.regression == b.at(at_fit).risk.regression);
    CHECK(a.mse_truth == b.mse_truth);
}

TEST_CASE("fits with different truths share noise and start noise, and are compared paired")
{
    small::Folder folder;
    Study const study =
        with_own("draw = { gate_variance = 0.5, expert_variance = 2.0, zero_gate = [2], zero = "
                 "\"location\" }\n");
    small::run(study, folder.path());
    Store const store = Store::open(folder.path());
    FitRow const a = first_fit(store, study, 0), b = first_fit(store, study, 2);
    // MSE of the truth is the mean square of the noise, which both have.
    CHECK(a.mse_truth == Approx(b.mse_truth).epsilon(1e-4));
    CHECK(a.at(at_fit).theta != b.at(at_fit).theta);
    Curve const &soft = study.curves[0], &own = study.curves[2];
    auto const all =
        compare(*make_cpu_device(1),
                {{&store, &study, {&soft}, soft.label}, {&store, &study, {&own}, own.label}},
                {{0, 1}}, rates(store, study));
    REQUIRE_FALSE(all.empty());
    CHECK(all[0].paired);
    CHECK(all[0].quantity == "regression error");
    CHECK(all.back().quantity == "softmax.L1"); // one gate: comparable
}
