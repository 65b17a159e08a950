// Data sets and starting points of a kernel against the CPU's.

#include "tests/fit/tolerance.h"
#include "tests/gpu/devices.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

template <class Real>
struct Generated
{
    std::vector<Real> x, y, experts;
    double mse, mean_square;
};

template <class Real>
Generated<Real> generated(Device& device, Model const& truth, std::vector<Real> const& theta, int n,
                          double noise_sd)
{
    auto const rows = static_cast<std::size_t>(n);
    DeviceArray<Real> const parameters(device, theta);
    DeviceArray<Real> const x = unwritten<Real>(device, rows * truth.d);
    DeviceArray<Real> const y = unwritten<Real>(device, rows);
    DeviceArray<Real> const experts = unwritten<Real>(device, rows * truth.k);
    DeviceArray<double> const mse = unwritten<double>(device, 2);
    device.run(std::vector<GenerateTask<Real>>{{truth, parameters.data(), key_of(3), Stream::x, n,
                                                noise_sd, x.data(), y.data(), experts.data(),
                                                mse.data(), mse.data() + 1}});
    std::vector<double> const means = mse.download();
    return {x.download(), y.download(), experts.download(), means[0], means[1]};
}

std::vector<float> started(Device& device, StartTask<float> task, std::vector<double> const& target,
                           std::vector<int> const& extra)
{
    DeviceArray<double> const theta_target(device, target);
    DeviceArray<int> const allowed(device, extra);
    DeviceArray<float> const theta =
        unwritten<float>(device, static_cast<std::size_t>(task.model.layout.size));
    task.theta_target = theta_target.data();
    task.extra = allowed.data();
    task.extras = static_cast<int>(extra.size());
    task.theta = theta.data();
    device.run(std::vector<StartTask<float>>{task});
    return theta.download();
}

} // namespace

TEMPLATE_TEST_CASE("data on the GPU: inputs to the bit, outputs to rounding", "", float, double)
{
    for (Sizes const& shape : shapes) {
        for_each_model(shape, [&](Model const& truth) {
            auto const theta = drawn_problem<TestType>(truth, 1, 17).theta;
            for (double const noise_sd : {0.0, 0.1}) {
                CAPTURE(shape.d, shape.k, shape.n, noise_sd, truth.gate.normalizer);
                auto const got = generated(gpu(), truth, theta, shape.n, noise_sd);
                auto const want = generated(cpu(), truth, theta, shape.n, noise_sd);
                CHECK(same_bits(got.x, want.x));
                double const f = 2 * Tolerance<TestType>::f;
                CHECK(largest_difference(got.y, want.y) <= f * (1 + largest(want.y)));
                CHECK(largest_difference(got.experts, want.experts) <=
                      f * (1 + largest(want.experts)));
                // (y - f)^2 where y was rounded to the type: 2 |noise| times the rounding of y
                CHECK(std::fabs(got.mse - want.mse) <= f * (noise_sd + f) * (1 + largest(want.y)));
                double const y = 1 + largest(want.y);
                CHECK(std::fabs(got.mean_square - want.mean_square) <= 2 * f * y * y);
            }
        });
    }
}

// Half of a warp's lanes have no map to score. The map is longer than all that stands behind it in
// working memory.
TEST_CASE("a truth of one wide atom is generated from its own memory", "[small]")
{
    Family family;
    family.score = find<Scores>("euclidean");
    Model const truth = model_of(family, 700, 1);
    auto const theta = drawn_problem<float>(truth, 1, 19).theta;
    auto const got = generated(gpu(), truth, theta, 33, 0.1);
    auto const want = generated(cpu(), truth, theta, 33, 0.1);
    CHECK(same_bits(got.x, want.x));
    CHECK(largest_difference(got.y, want.y) <= 2 * Tolerance<float>::f * (1 + largest(want.y)));
}

// Made in float64 and rounded once: a value may fall on the other side of a rounding.
TEST_CASE("starting points on the GPU are the CPU's to one rounding")
{
    for (Split const split : {Split::share, Split::null}) {
        std::vector<Family> const families = paired_families();
        for (std::size_t i = 0; i < families.size(); ++i) {
            // every composition as the fit of one and as the target of another
            Family const& of_target = families[(i + families.size() / 2) % families.size()];
            INFO(name_of(families[i]) << " near " << name_of(of_target));
            StartTask<float> task{};
            task.model = model_of(families[i], 5, 4);
            task.target = model_of(of_target, 5, 2);
            task.key = key_of(8);
            task.settings = {0.01, split};
            auto const theta = drawn_problem<double>(task.target, 1, 23).theta;
            auto const got = started(gpu(), task, theta, {0, 1});
            auto const want = started(cpu(), task, theta, {0, 1});
            CHECK(largest_difference(got, want) <= 1.2e-7 * (1 + largest(want)));
        }
    }
}
