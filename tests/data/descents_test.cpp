#include "host/data/regression.h"
#include "host/estimate/end_distance.h"

#include "host/device/device.h"
#include "host/estimate/estimators.h"
#include "host/measure/reader.h"
#include "kernels/family/scores.h"
#include "kernels/lse/coordinates.h"
#include "kernels/model/layout.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace moerate;

namespace
{

/// Names places in messages of the tests.
struct NoSource : Source
{
    std::string place(Pointer const&) const override { return "test"; }
    std::string name(Pointer const& at) const override { return at.to_string(); }
};

} // namespace

TEST_CASE("an end above the least one in units of the residuals' variance", "[regression]")
{
    // sigma_hat^2 = 10 * 2 / (10 - 6) = 5; 10 (3 - 2) / 5 = 2
    CHECK(above_least(3, 2, 10, 6) == Approx(2).epsilon(1e-14));
    CHECK(above_least(2, 2, 10, 6) == 0);
    CHECK(above_least(3, 2, 10, 40) == Approx(0.5).epsilon(1e-14)); // n - p is 1 at least
    double const a[] = {1, 2, 5}, b[] = {1, 4, 3};
    CHECK(end_distance(a, b, 3) == Approx(std::sqrt(8.0 / 3)).epsilon(1e-14));
}

TEST_CASE("descents of gates with matrices count each coordinate once", "[regression]")
{
    constexpr int n = 60, d = 4;
    std::mt19937_64 random(2);
    std::normal_distribution<double> normal;
    DataTable table{d, n, {}, {}};
    for (int i = 0; i < n * d; ++i)
        table.x.push_back(normal(random));
    for (int t = 0; t < n; ++t)
        table.y.push_back(table.x[static_cast<std::size_t>(t) * d] + 0.1 * normal(random));
    GateSpec gate;
    gate.score = find<Scores>("quadratic");
    RegressionSpec spec;
    spec.model = make_model(gate, {}, d, 2);
    NoSource const source;
    nlohmann::json const settings = {{"kind", "sgd"}, {"epochs", 3}};
    Reader reader(source, settings, Pointer());
    auto const estimator = read_estimator(reader, {n, n});
    spec.estimator = estimator.get();
    spec.starts = {4, 4};
    auto const device = make_cpu_device(1);
    std::vector<StartRecord> const starts = fit_table(*device, table, spec).outcome.facts.starts;
    REQUIRE(starts.size() == 4);
    auto const lower = [](StartRecord const& a, StartRecord const& b) { return a.mse < b.mse; };
    double const least = std::min_element(starts.begin(), starts.end(), lower)->mse;
    int const p = coordinate_count(spec.model);
    CHECK(p < spec.model.layout.size);
    for (StartRecord const& start : starts)
        CHECK(start.above == Approx((n - p) * (start.mse - least) / least).margin(1e-12));
}

TEST_CASE("the default minibatch is no larger than a user's data", "[regression]")
{
    NoSource const source;
    auto const batch = [&](SampleSizes n) {
        nlohmann::json const settings = {{"kind", "sgd"}};
        Reader reader(source, settings, Pointer());
        return read_estimator(reader, n)->settings()["batch"];
    };
    CHECK(batch({20, 20}) == 20);
    CHECK(batch({100, 100}) == 32);
    CHECK(batch({40, 100}) == 32);
    CHECK_THROWS_AS(batch({20, 100}), UsageError);
}
