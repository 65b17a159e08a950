#include "host/data/scaling.h"

#include "host/device/device.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/model/layout.h"
#include "tests/support/families.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace moerate;

namespace
{

std::vector<double> predictions(Device& device, Model const& model,
                                std::vector<double> const& theta, std::vector<double> const& x)
{
    int const n = static_cast<int>(x.size()) / model.d;
    DeviceArray<double> const place(device, theta), inputs(device, x), f(device, n);
    device.run(std::vector<EvaluateTask<double>>{
        {model, place.data(), n, inputs.data(), nullptr, f.data(), nullptr, nullptr, nullptr}});
    return f.download();
}

std::vector<double> drawn(std::mt19937_64& random, std::size_t n, double sd)
{
    std::normal_distribution<double> normal(0.0, sd);
    std::vector<double> values(n);
    for (double& value : values)
        value = normal(random);
    return values;
}

double largest_difference(std::vector<double> const& a, std::vector<double> const& b)
{
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::fmax(most, std::abs(a[i] - b[i]));
    return most;
}

} // namespace

TEST_CASE("a form in other units, by hand", "[scaling]")
{
    GateSpec gate;
    gate.score = find<Scores>("quadratic");
    Model const model = make_model(gate, {}, 1, 1);
    // s = 2 x^2 + 3 x + 5 with x = 10 + 4 z is 32 z^2 + 172 z + 235; h = 7 x + 1 is 28 z + 71.
    CHECK(substituted(model, {2, 3, 5, 7, 1}, {{10}, {4}}) ==
          std::vector<double>{32, 172, 235, 28, 71});
}

TEST_CASE("mean and deviation of inputs; a constant one keeps its unit", "[scaling]")
{
    Model const model = make_model({}, {}, 2, 1);
    Scaling const scaling = standard_scaling(model, {1e6, 7, 3e6, 7});
    CHECK(scaling.center == std::vector<double>{2e6, 0});
    CHECK(scaling.scale == std::vector<double>{1e6, 1});
    std::vector<double> x{1e6, 7, 3e6, 7};
    standardise(scaling, x);
    CHECK(x == std::vector<double>{-1, 7, 1, 7});
}

TEST_CASE("predictions stay the same in other units, of every composition that takes them up",
          "[scaling]")
{
    std::unique_ptr<Device> const device = make_cpu_device(1);
    std::mt19937_64 random(5);
    int scaled = 0, centered = 0, neither = 0;
    for (Family const& family : all_families()) {
        INFO(name_of(family));
        Model const model = model_of(family, 3, 4);
        TakenUp const takes = taken_up(model);
        (takes.center ? centered : takes.scale ? scaled : neither) += 1;
        Scaling scaling{{0, 0, 0}, {1, 1, 1}};
        if (takes.scale)
            scaling.scale = {0.5, 2, 3};
        if (takes.center)
            scaling.center = {0.25, -1, 0.5};
        std::vector<double> theta = drawn(random, model.layout.size, 0.5);
        if (int const place = temperature_place(model.layout); place >= 0)
            theta[place] = 1 + std::abs(theta[place]);
        std::vector<double> const z = drawn(random, 3 * 50, 0.5);
        std::vector<double> x = z;
        standardise(inverse(scaling), x);
        std::vector<double> const moved = substituted(model, theta, scaling);
        std::vector<double> const f = predictions(*device, model, theta, x);
        // Some hundred roundings of numbers of size 10; kinks move by no more.
        CHECK(largest_difference(f, predictions(*device, model, moved, z)) < 1e-12);
        CHECK(largest_difference(theta, substituted(model, moved, inverse(scaling))) < 1e-13);
    }
    CHECK(centered > 0);
    CHECK(scaled > 0);
    CHECK(neither > 0);
}
