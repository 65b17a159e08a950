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

TEMPLATE_TEST_CASE("evaluation on the GPU equals the CPU's", "", float, double)
{
    unsigned seed = 1;
    for (Sizes const& shape : shapes)
        for_each_model(shape, [&](Model const& model) {
            check_evaluation(comparable_problem<TestType>(model, shape.n, seed++));
        });
}

// 96 atoms in 64 dimensions in float64 need 290 KB of working memory: more than any block's shared
// memory (227 KB on sm_90), so this takes the way through global memory.
TEST_CASE("a model too large for shared memory is evaluated all the same", "[small]")
{
    for (char const* const normalizer : {"softmax", "sigmoid"})
        check_evaluation(drawn_problem<double>(model_of(normalizer, "relu", 64, 96), 70, 5));
}

// More tasks than a device holds blocks (132 multiprocessors of 32), so that a block does several
// in the same piece of global memory. They are unlike: what one leaves behind would show in the
// next.
TEST_CASE("tasks that follow each other in global memory do not disturb each other")
{
    constexpr std::size_t count = 5000;
    std::vector<Problem<double>> problems;
    std::vector<DeviceArray<double>> arrays;
    for (int const k : {96, 80, 88}) {
        problems.push_back(drawn_problem<double>(model_of("softmax", "relu", 64, k), 3, 21));
        for (auto const* values : {&problems.back().theta, &problems.back().x, &problems.back().y})
            arrays.emplace_back(gpu(), *values);
    }
    DeviceArray<double> const mse = unwritten<double>(gpu(), count);
    std::vector<EvaluateTask<double>> tasks;
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t const which = i % problems.size();
        DeviceArray<double> const* const inputs = &arrays[3 * which];
        tasks.push_back({problems[which].model, inputs[0].data(), problems[which].n(),
                         inputs[1].data(), inputs[2].data(), nullptr, nullptr, nullptr,
                         mse.data() + i});
    }
    gpu().run(tasks);
    std::vector<double> want;
    for (Problem<double> const& problem : problems)
        want.push_back(evaluated(gpu(), problem).mse);
    std::vector<double> const got = mse.download();
    std::size_t different = 0;
    for (std::size_t i = 0; i < count; ++i)
        different += same_bits<double>({got[i]}, {want[i % problems.size()]}) ? 0 : 1;
    CHECK(different == 0);
}

// The float64 fits of 64 atoms in 64 dimensions need 330 KB, the others little.
TEMPLATE_TEST_CASE("a list may mix shapes and ways of memory", "", float, double)
{
    std::vector<Problem<TestType>> problems;
    for (Sizes const& shape :
         {Sizes{64, 64, 40}, Sizes{3, 2, 5}, Sizes{64, 128, 33}, Sizes{1, 1, 70}})
        problems.push_back(
            drawn_problem<TestType>(model_of("softmax", "relu", shape.d, shape.k), shape.n, 11));
    SgdSettings settings;
    settings.epochs = 1;
    auto const together = fitted(gpu(), problems, settings);
    auto const want = fitted(cpu(), problems, settings);
    // two or three steps in which the rounding of one grows a little in the next
    double const tolerance = sizeof(TestType) == sizeof(float) ? 1e-5 : 1e-11;
    for (std::size_t i = 0; i < problems.size(); ++i) {
        CAPTURE(i);
        CHECK(largest_difference(together[i].theta, want[i].theta) <= tolerance);
        auto const alone =
            fitted(gpu(), std::vector<Problem<TestType>>{problems[i]}, settings, i).front();
        CHECK(same_bits(together[i].theta, alone.theta));
    }
}

TEMPLATE_TEST_CASE("errors at two points on the GPU are those at each", "", float, double)
{
    Model const model = model_of("softmax", "gelu", 3, 5);
    for (int const n : {1, 31, 33, 1000}) {
        CAPTURE(n);
        Problem<TestType> const one = drawn_problem<TestType>(model, n, 4);
        Problem<TestType> other = one;
        other.theta = drawn_problem<TestType>(model, n, 5).theta;
        DeviceArray<TestType> const theta(gpu(), one.theta), also(gpu(), other.theta),
            x(gpu(), one.x), y(gpu(), one.y);
        DeviceArray<double> const mse = unwritten<double>(gpu(), 2);
        EvaluateTask<TestType> task{};
        task.model = model;
        task.theta = theta.data();
        task.theta_also = also.data();
        task.n = n;
        task.x = x.data();
        task.y = y.data();
        task.mse = mse.data();
        task.mse_also = mse.data() + 1;
        gpu().run(std::vector<EvaluateTask<TestType>>{task});
        CHECK(same_bits(mse.download(), {evaluated(gpu(), one).mse, evaluated(gpu(), other).mse}));
    }
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
