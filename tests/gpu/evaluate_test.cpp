// Prediction, weights, mean square error and gradient of a kernel against the CPU's.

#include "tests/fit/tolerance.h"
#include "tests/gpu/devices.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

/// Both devices may be off by the tolerance of tests/fit/tolerance.h, so they agree to twice it.
template <class Real>
void check_evaluation(Problem<Real> const& problem)
{
    CAPTURE(problem.model.d, problem.model.k, problem.n(), problem.model.gate.normalizer,
            problem.model.expert.activation);
    using Allowed = Tolerance<Real>;
    Evaluated<Real> const got = evaluated(gpu(), problem);
    Evaluated<Real> const want = evaluated(cpu(), problem);
    CHECK(largest_difference(got.f, want.f) <= 2 * Allowed::f * (1 + largest(want.f)));
    CHECK(largest_difference(got.weights, want.weights) <= 2 * Allowed::weight);
    CHECK(std::fabs(got.mse - want.mse) <= 2 * Allowed::mse * (1 + want.mse));
    CHECK(largest_difference(got.gradient, want.gradient) <=
          2 * Allowed::gradient * std::fmax(1.0, largest(want.gradient)));
}

} // namespace

TEMPLATE_TEST_CASE("evaluation on the GPU equals the CPU's", "[small]", float, double)
{
    unsigned seed = 1;
    for (Shape const& shape : shapes)
        for_each_model(shape, [&](Model const& model) {
            check_evaluation(comparable_problem<TestType>(model, shape.n, seed++));
        });
}

// 96 atoms in 64 dimensions in float64 need 290 KB of working memory: more than any block's shared
// memory (227 KB on sm_90), so this takes the way through global memory.
TEST_CASE("a model too large for shared memory is evaluated all the same")
{
    for (char const* const normalizer : {"softmax", "sigmoid"})
        check_evaluation(drawn_problem<double>(model_of(normalizer, "relu", 64, 96), 70, 5));
}

// The fits of 64 atoms in 64 dimensions need 330 KB, the others little.
TEST_CASE("a list may mix shapes and ways of memory")
{
    std::vector<Problem<double>> problems;
    for (Shape const& shape :
         {Shape{64, 64, 40}, Shape{3, 2, 5}, Shape{64, 64, 33}, Shape{1, 1, 70}})
        problems.push_back(
            drawn_problem<double>(model_of("softmax", "relu", shape.d, shape.k), shape.n, 11));
    SgdSettings settings;
    settings.epochs = 1;
    auto const together = fitted(gpu(), problems, settings);
    auto const want = fitted(cpu(), problems, settings);
    for (std::size_t i = 0; i < problems.size(); ++i)
        CHECK(largest_difference(together[i].theta, want[i].theta) <= 1e-11);
}

TEST_CASE("outputs that are null are left out on the GPU")
{
    Problem<float> const problem = drawn_problem<float>(model_of("softmax", "relu", 5, 3), 45, 9);
    Evaluated<float> const all = evaluated(gpu(), problem);
    DeviceArray<float> const theta(gpu(), problem.theta), x(gpu(), problem.x);
    DeviceArray<float> const f = unwritten<float>(gpu(), 45);
    gpu().run(std::vector<EvaluateTask<float>>{
        {problem.model, theta.data(), 45, x.data(), nullptr, f.data(), nullptr, nullptr, nullptr}});
    CHECK(same_bits(f.download(), all.f));
}
