// Fits whose J^T J is of products in float32 on the way to the end.

#include "tests/lse/rounds_case.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

Model model_named(char const* score, char const* normalizer, int d, int k)
{
    Family family;
    family.score = find<Scores>(score);
    family.normalizer = find<Normalizers>(normalizer);
    family.activation = find<Activations>("gelu");
    return model_of(family, d, k);
}

RoundsFit with_float32(RoundsCase c, bool float32)
{
    c.settings.float32 = float32;
    return fitted(c);
}

} // namespace

// Either end has no more to gain than a share of 1e-9 of its MSE, by J^T J in float64 at it, and by
// what the quadratic model leaves out is within 1e-8 of the minimum in its basin (LseSettings).
TEST_CASE("fits with products in float32 end at the minima of those in float64")
{
    unsigned seed = 1;
    for (char const* const normalizer : {"softmax", "sigmoid"}) {
        for (char const* const score : {"linear", "quadratic", "cosine"}) {
            CAPTURE(normalizer, score);
            Model const model = model_named(score, normalizer, 3, 2);
            RoundsCase const c{near_truth(model, 600, seed++, 0.1, 0.05)};
            RoundsFit const want = with_float32(c, false), got = with_float32(c, true);
            CHECK(got.result.mse == Approx(want.result.mse).epsilon(1e-8));
            CHECK(got.result.predicted_gain <= c.settings.gain_tolerance);
            CHECK(got.result.end == want.result.end);
            CHECK_FALSE(same_bits(got.theta, want.theta)); // it was float32
        }
    }
}

// Three atoms fit two: J^T J is singular up to rounding, that of float32 may be no Gram matrix.
TEST_CASE("over-specified fits with products in float32 end, and know what is left")
{
    for (unsigned seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        Problem<double> const two =
            near_truth(model_named("linear", "softmax", 2, 2), 800, seed, 0.1, 0);
        RoundsCase c{drawn_problem<double>(model_named("linear", "softmax", 2, 3), 800, seed + 50)};
        c.problem.x = two.x;
        c.problem.y = two.y;
        c.settings.iterations = 600;
        RoundsFit const got = with_float32(c, true);
        CHECK(std::isfinite(got.result.predicted_gain));
        CHECK((got.result.end == LseEnd::slow || got.result.predicted_gain <= stationary_gain));
        CHECK(got.result.mse <= got.result.start_mse);
    }
}

TEST_CASE("a fit that has no rounds left ends by float64, too")
{
    RoundsCase c{near_truth(model_named("linear", "softmax", 3, 2), 300, 3, 0.1, 0.3)};
    c.settings.iterations = 0; // it looks, no more
    RoundsFit const want = with_float32(c, false), got = with_float32(c, true);
    CHECK(got.result.end == LseEnd::slow);
    CHECK(got.result.predicted_gain == want.result.predicted_gain);
}

TEST_CASE("fits of either kind do not depend on what else is in the list")
{
    std::vector<RoundsCase> cases;
    for (unsigned seed = 0; seed < 6; ++seed) {
        cases.push_back({near_truth(model_named("linear", "softmax", 3, 2), 200 + 50 * int(seed),
                                    seed, 0.1, 0.3)});
        cases.back().settings.float32 = seed % 2 == 0;
    }
    std::vector<RoundsFit> const all = fitted(*make_cpu_device(2), cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        RoundsFit const alone = fitted(cases[i]);
        CHECK(same_bits(all[i].theta, alone.theta));
        CHECK(all[i].result.rounds == alone.result.rounds);
    }
}
