// Coordinates on which f does not depend, but for the rounding of terms that cancel.

#include "host/data/regression.h"
#include "host/device/device.h"
#include "host/estimate/estimators.h"
#include "host/estimate/rank.h"
#include "host/measure/reader.h"
#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
#include "kernels/model/layout.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace moerate;

namespace
{

/// Names places in messages of the tests.
struct Unnamed : Source
{
    std::string place(Pointer const&) const override { return "test"; }
    std::string name(Pointer const& at) const override { return at.to_string(); }
};

Regression least_squares(DataTable const& table, Model const& model, int rounds = 300)
{
    Unnamed const source;
    nlohmann::json const settings = {{"kind", "lse"}, {"iterations", rounds}};
    Reader reader(source, settings, Pointer());
    auto const estimator = read_estimator(reader, {table.n, table.n});
    RegressionSpec spec;
    spec.model = model;
    spec.estimator = estimator.get();
    spec.starts = {8, 8};
    return fit_table(*make_cpu_device(1), table, spec);
}

} // namespace

TEST_CASE("a column of roundings is dead, a light one is not", "[regression]")
{
    Rank const rounding = rank_of({4, 0, 0, 1e-30}, 2);
    CHECK(rounding.rank == 1);
    CHECK(rounding.dead == 1);
    Rank const light = rank_of({4, 0, 0, 1e-24}, 2);
    CHECK(light.rank == 2);
    CHECK(light.dead == 0);
}

TEST_CASE("two groups of one atom each are the softmax gate of two atoms", "[regression]")
{
    constexpr int n = 200, d = 2;
    std::mt19937_64 random(8);
    std::normal_distribution<double> normal;
    DataTable table{d, n, {}, {}};
    for (int t = 0; t < n; ++t) {
        double const x[] = {normal(random), normal(random)};
        double const g = 1 / (1 + std::exp(-2 * x[0]));
        table.x.insert(table.x.end(), x, x + d);
        table.y.push_back(g * std::tanh(x[1] + 0.5) - (1 - g) * std::tanh(2 * x[0]) +
                          0.1 * normal(random));
    }
    ExpertSpec expert;
    expert.activation = find<Activations>("tanh");
    GateSpec grouped;
    grouped.normalizer = find<Normalizers>("hierarchical");
    int const group_of[] = {0, 1};
    Regression const one = least_squares(table, make_model({}, expert, d, 2));
    Regression const other = least_squares(table, make_model(grouped, expert, d, 2, group_of, 2));
    CHECK(other.mse == Approx(one.mse).epsilon(1e-6));
    CHECK(one.outcome.facts.rank == 9); // 12 less the common shift of w and b
    CHECK(other.outcome.facts.rank == 9);
    CHECK(other.aic == Approx(one.aic).epsilon(1e-6));
    CHECK(other.outcome.facts.stationary == true);
    int finite = 0; // only the experts' a and b are identified by themselves
    for (double const error : other.standard_errors)
        finite += std::isfinite(error) ? 1 : 0;
    CHECK(finite == 6);
    CHECK(other.notes.empty());
    // One round is not enough for a minimum: said.
    Regression const short_one = least_squares(table, make_model({}, expert, d, 2), 1);
    CHECK(short_one.outcome.facts.stationary == false);
    REQUIRE(short_one.notes.size() == 1);
    CHECK_THAT(short_one.notes[0], Catch::StartsWith("no stationary point: the best start ended"));
}
