// Gates whose weights can be worked out on paper: ties of topk, groups, and scores of size 120.

#include "kernels/core/lanes.h"
#include "kernels/family/normalizers.h"
#include "tests/fit/problem.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace moerate;

namespace
{

/// One sample at x = 0 of linear scores in one dimension, so that the scores are the biases:
/// weights [k].
template <class Real>
std::vector<Real> weights_of(Backend const& backend, Model const& model,
                             std::vector<double> const& bias)
{
    Problem<Real> problem{model, {}, {Real(0)}, {Real(1)}};
    problem.theta.resize(static_cast<std::size_t>(model.layout.size), Real(1));
    for (std::size_t j = 0; j < bias.size(); ++j)
        problem.theta[bias.size() + j] = static_cast<Real>(bias[j]);
    return evaluated(backend, problem).weights;
}

Model topk(int k, int top)
{
    GateSpec gate;
    gate.normalizer = find<Normalizers>("topk");
    gate.top = top;
    return make_model(gate, {}, 1, k);
}

} // namespace

// Equal scores share 1 exactly as 1 / K is rounded.
TEMPLATE_TEST_CASE("ties of topk go to the smaller index", "", float, double)
{
    struct Tie
    {
        std::vector<double> scores;
        int top;
        std::vector<int> chosen;
    };
    Tie const ties[] = {
        {{0, 0, 0, 0, 0}, 1, {0}},
        {{0, 0, 0, 0, 0}, 2, {0, 1}},
        {{0, 0, 0, 0, 0}, 5, {0, 1, 2, 3, 4}},
        {{-1, 2, 2, -1, 2}, 1, {1}},
        {{-1, 2, 2, -1, 2}, 2, {1, 2}},
        {{-1, 2, 2, -1, 2}, 3, {1, 2, 4}},
        {{-7, -7, -8}, 1, {0}},
        {{-8, -7, -7}, 1, {1}},
        {{-120, -120}, 1, {0}},
    };
    for (Tie const& tie : ties) {
        Model const model = topk(static_cast<int>(tie.scores.size()), tie.top);
        std::vector<TestType> want(tie.scores.size(), TestType(0));
        for (int const i : tie.chosen)
            want[static_cast<std::size_t>(i)] =
                TestType(1) / static_cast<TestType>(tie.chosen.size());
        for (Backend const& backend : all_backends()) {
            INFO(backend.name() << ", top " << tie.top);
            CHECK(weights_of<TestType>(backend, model, tie.scores) == want);
        }
    }
}

TEMPLATE_TEST_CASE("a tie below the chosen ones is left out with its equals", "", float, double)
{
    // exp(log 3) : exp(0) = 3 : 1 among the first two; the second 0 comes too late
    std::vector<double> const want{0.75, 0.25, 0};
    double const rounding = 8 * static_cast<double>(std::numeric_limits<TestType>::epsilon());
    for (Backend const& backend : all_backends()) {
        auto const got = weights_of<TestType>(backend, topk(3, 2), {std::log(3.0), 0, 0});
        CHECK(largest_difference(got, want) <= rounding);
        CHECK(got[2] == 0);
    }
}

TEMPLATE_TEST_CASE("weights of groups of 1, 2 and 3 atoms in mixed order", "", float, double)
{
    // Groups at x = 0 have scores 0, log 2, log 3, so weights 1/6, 1/3, 1/2. Inside: atom 1 alone;
    // atoms 0 and 4 with scores 0 and log 3; atoms 2, 3, 5 all alike.
    GateSpec gate;
    gate.normalizer = find<Normalizers>("hierarchical");
    int const group_of[] = {1, 0, 2, 2, 1, 2};
    Model const model = make_model(gate, {}, 1, 6, group_of, 3);
    Problem<TestType> problem{model, {}, {TestType(0)}, {TestType(1)}};
    problem.theta.assign(static_cast<std::size_t>(model.layout.size), TestType(0));
    problem.theta[6 + 4] = static_cast<TestType>(std::log(3.0)); // b of the atoms behind their w
    problem.theta[12 + 3 + 1] =
        static_cast<TestType>(std::log(2.0)); // b of the groups behind theirs
    problem.theta[12 + 3 + 2] = static_cast<TestType>(std::log(3.0));
    std::vector<double> const want{1.0 / 12, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 4, 1.0 / 6};
    double const rounding = 8 * static_cast<double>(std::numeric_limits<TestType>::epsilon());
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        CHECK(largest_difference(evaluated(backend, problem).weights, want) <= rounding);
    }
}

TEST_CASE("a group without atoms takes its weight and reads no row")
{
    // As softmax_rows is called for such a group: no row is asked for but those that are there.
    float rows[2 * 32] = {};
    float work[4 * 32] = {};
    int asked = 0;
    softmax_rows<PlaneRows<32>>(SerialLanes{}, rows, work, 2, [&](int row) {
        REQUIRE(row < 2);
        ++asked;
        return false;
    });
    CHECK(asked == 2);

    // Three groups with equal scores, the second one empty.
    GateSpec gate;
    gate.normalizer = find<Normalizers>("hierarchical");
    int const group_of[] = {0, 2, 2};
    Model const model = make_model(gate, {}, 1, 3, group_of, 3);
    Problem<double> problem{model, {}, {0.0}, {1.0}};
    problem.theta.assign(static_cast<std::size_t>(model.layout.size), 0.0);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Evaluated<double> const got = evaluated(backend, problem);
        CHECK(largest_difference(got.weights, std::vector<double>{1.0 / 3, 1.0 / 6, 1.0 / 6}) <=
              1e-15);
        CHECK(std::isfinite(largest(got.gradient)));
    }
}

// The temperature scales any score to 120. A float32 score of that size is off by some 120
// roundings, and by more where it is a difference of larger terms: weights and f are asked to be
// finite, and right to 1e-3.
TEST_CASE("scores of size 120 of every gate stay finite in float32")
{
    unsigned seed = 1;
    for (Family const& family : all_families()) {
        if (family.form != 0 || family.activation != 0)
            continue;
        INFO(name_of(family));
        Problem<float> problem = drawn_problem<float>(model_of(family, 3, 5), 40, seed++);
        auto const largest_score = [&] {
            Problem<double> const plain = converted<double>(problem);
            double size = 0;
            for (std::size_t t = 0; t < plain.y.size(); ++t)
                size = std::fmax(
                    size,
                    largest(plain_sample(plain.model, plain.theta, plain.x.data() + 3 * t).scores));
            return size;
        };
        double const scale = largest_score() / 120;
        problem.model.temperature *= scale;
        if (family.learned)
            problem.theta[static_cast<std::size_t>(temperature_place(problem.model.layout))] *=
                static_cast<float>(scale);
        REQUIRE(largest_score() == Approx(120).epsilon(1e-5));
        Problem<double> const plain = converted<double>(problem);
        for (Backend const& backend : level_backends()) {
            Evaluated<float> const got = evaluated(backend, problem);
            CHECK(std::isfinite(largest(got.weights)));
            CHECK(std::isfinite(largest(got.gradient)));
            for (std::size_t t = 0; t < plain.y.size(); ++t) {
                PlainSample const want =
                    plain_sample(plain.model, plain.theta, plain.x.data() + 3 * t);
                if (want.margin > 0.01) // topk: the chosen atoms are surely the same
                    CHECK(std::fabs(static_cast<double>(got.f[t]) - want.f) <=
                          1e-3 * (1 + largest(want.responses)));
            }
        }
    }
}
