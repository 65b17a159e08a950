// Linearisation and Gram matrix of a kernel against the CPU's.

#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "tests/gpu/devices.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

/// What least squares knows of a problem at its theta.
struct Normal
{
    std::vector<double> gradient;
    double mse;
    std::vector<double> gram; ///< [p][p]
};

/// By the tasks of a device, the Gram sums in so many parts, of products in Tile.
template <class Tile, class Real>
Normal normal_on(Device& device, Problem<Real> const& problem, int parts)
{
    Model const& model = problem.model;
    auto const p = static_cast<std::size_t>(coordinate_count(model));
    auto const rows = static_cast<std::size_t>(coefficient_rows(model));
    DeviceArray<double> const theta(device, converted<double>(problem.theta));
    DeviceArray<Real> const x(device, problem.x), y(device, problem.y);
    DeviceArray<Real> const coefficients = unwritten<Real>(device, rows * problem.y.size());
    DeviceArray<double> const gradient = unwritten<double>(device, p);
    DeviceArray<double> const mse = unwritten<double>(device, 1);
    DeviceArray<double> const sums = unwritten<double>(device, gram_numbers(model));
    DeviceArray<double> const gram = unwritten<double>(device, p * p);
    device.run(
        std::vector<LinearizeTask<Real>>{{model, theta.data(), problem.n(), x.data(), y.data(),
                                          coefficients.data(), gradient.data(), mse.data()}});
    std::vector<GramTask<Real, Tile>> tasks;
    for (int part = 0; part < parts; ++part)
        tasks.push_back(
            {model, problem.n(), x.data(), coefficients.data(), sums.data(), part, parts});
    device.run(tasks);
    device.run(std::vector<FoldTask>{{model, theta.data(), sums.data(), gram.data()}});
    return {gradient.download(), mse.download().front(), gram.download()};
}

/// Both are sums of products with the relative error of coefficients, which are differences of
/// numbers up to ten times as large.
template <class Tile, class Real>
void check_normal(Problem<Real> const& problem)
{
    double const tolerance = sizeof(Tile) == sizeof(float) ? 2e-5 : 1e-12;
    Normal const got = normal_on<Tile>(gpu(), problem, 1);
    Normal const want = normal_on<Tile>(cpu(), problem, 1);
    CHECK(largest_difference(got.gram, want.gram) <= tolerance * largest(want.gram));
    CHECK(largest_difference(got.gradient, want.gradient) <=
          tolerance * std::sqrt(largest(want.gram) * problem.n() * want.mse));
    CHECK(got.mse == Approx(want.mse).epsilon(tolerance));
}

} // namespace

TEMPLATE_TEST_CASE("Gram matrices agree with the CPU's", "", float, double)
{
    unsigned seed = 1;
    for (Sizes const& shape : shapes) {
        if (shape.d > 8)
            continue; // forms of 32 dimensions have 561 features
        CAPTURE(shape.d, shape.k, shape.n);
        for_each_model(shape, [&](Model const& model) {
            check_normal<TestType>(comparable_problem<TestType>(model, shape.n, seed++));
        });
    }
}

TEMPLATE_TEST_CASE("a Gram matrix does not depend on its parts on the GPU", "", float, double)
{
    for (Model const& model : copied_models(32, 9)) {
        auto const problem = comparable_problem<TestType>(model, 257, 3);
        check_normal<TestType>(problem);
        Normal const whole = normal_on<TestType>(gpu(), problem, 1);
        for (int const parts : {3, gram_tiles(model)})
            CHECK(same_bits(normal_on<TestType>(gpu(), problem, parts).gram, whole.gram));
    }
}

// What float32 rounds is the factors and the sums of 256 samples; the data are float64.
TEST_CASE("products in float32 of data in float64 agree with the CPU's")
{
    for (Model const& model : copied_models(32, 9)) {
        for (int const n : {31, 257, 1000}) {
            auto const problem = comparable_problem<double>(model, n, 3);
            CHECK(largest_difference(normal_on<float>(gpu(), problem, 1).gram,
                                     normal_on<float>(cpu(), problem, 1).gram) <=
                  2e-5 * largest(normal_on<double>(cpu(), problem, 1).gram));
            Normal const whole = normal_on<float>(gpu(), problem, 1);
            CHECK(same_bits(normal_on<float>(gpu(), problem, 5).gram, whole.gram));
        }
    }
}
