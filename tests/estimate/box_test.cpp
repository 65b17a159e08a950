// The box of least squares: its bounds by block, and by gate or experts apart.

#include "host/core/error.h"
#include "host/estimate/lse_box.h"
#include "kernels/family/experts.h"
#include "kernels/family/scores.h"
#include "kernels/model/layout.h"
#include "tests/estimate/estimator_keys.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace moerate;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

Box box_by(json const& keys)
{
    EstimatorKeys const source;
    Reader reader(source, keys, Pointer() / "estimator");
    return Box(reader);
}

} // namespace

TEST_CASE("a box has bounds by coordinate")
{
    GateSpec gate;
    gate.score = find<Scores>("quadratic");
    gate.learned_temperature = 1;
    ExpertSpec expert;
    expert.form = find<Experts>("ffn");
    Model const model = make_model(gate, expert, 2, 1); // A (3), w (2), b, T, a (2), b, lambda
    Box const box =
        box_by({{"box", {{"A", 1}, {"b", 2}}}, {"box_temperature", 4}, {"box_lambda", 8}});
    Box::Bounds const bounds = box.bounds(model);
    CHECK(bounds.upper == std::vector<double>{1, 1, 1, 10, 10, 2, 4, 10, 10, 2, 8});
    CHECK(bounds.lower == std::vector<double>{-1, -1, -1, -10, -10, -2, 0.25, -10, -10, -2, -8});
    // Gate and experts share the name b: a part's own bound goes before.
    json const apart{{"box", {{"b", 2}, {"gate", {{"b", 1}}}, {"expert", {{"a", 3}}}}}};
    CHECK(box_by(apart).bounds(model).upper ==
          std::vector<double>{10, 10, 10, 10, 10, 1, 10, 3, 3, 2, 10});
    CHECK(box_by(apart).settings()["box"] == apart["box"]);
    CHECK_THAT(box_by(apart).text(), Contains("|gate.b| <= 1"));
    CHECK_THROWS_WITH(box_by({{"box", {{"gate", {{"a", 1}}}}}}), Contains("unknown key \"a\""));
}
