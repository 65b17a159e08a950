#pragma once

/// @file
/// The two devices that are compared, and the tasks of one problem on either of them.

#include "host/device/device.h"
#include "tests/fit/problem.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

namespace moerate
{

/// CUDA device 0; in the rehearsal (tests/gpu/rehearsal) a CPU in its place.
Device& gpu();

/// The CPU, whose results the other tests compare with the definitions.
inline Device& cpu()
{
    static std::unique_ptr<Device> const device = make_cpu_device();
    return *device;
}

/// Prints a measured figure, which tools/gpu-check puts into its report.
inline void figure(char const* name, double value)
{
    std::printf("figure: %s: %.3g\n", name, value);
}

/// Whether two vectors are the same to the last bit.
template <class T>
bool same_bits(std::vector<T> const& a, std::vector<T> const& b)
{
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// Outputs that no task has written yet: not a number, so that a left-out one shows.
template <class Real>
DeviceArray<Real> unwritten(Device& device, std::size_t size)
{
    return {device, std::vector<Real>(size, std::numeric_limits<Real>::quiet_NaN())};
}

/// Sizes: of one, below, at and above a chunk and a warp, never only round ones.
struct Sizes
{
    int d;
    int k;
    int n;
};
constexpr Sizes shapes[] = {{1, 1, 1}, {3, 2, 31}, {8, 5, 33}, {32, 9, 96}, {33, 4, 257}};

/// The model with another number of atoms.
inline Model resized(Model const& model, int k)
{
    return model_of({model.gate.score, model.gate.activation, model.gate.learned_temperature != 0,
                     model.gate.normalizer, model.expert.form, model.expert.activation},
                    model.d, k);
}

/// Linear scores and ridge experts at T = 1 under each normalizer: the models whose maps copy
/// theta, for which SGD has a kernel of its own.
inline std::vector<Model> copied_models(int d, int k)
{
    std::vector<Model> models;
    Family family;
    family.activation = find<Activations>("relu");
    for (family.normalizer = 0; family.normalizer < Normalizers::size; ++family.normalizer) {
        models.push_back(model_of(family, d, k));
        models.back().temperature = 1.0;
    }
    return models;
}

/// Calls f(model) at a shape for compositions that hold every pair of members of the lists.
template <class F>
void for_each_model(Sizes const& shape, F const& f)
{
    for (Family const& family : paired_families()) {
        INFO(name_of(family));
        f(model_of(family, shape.d, shape.k));
    }
}

/// A drawn problem whose samples keep off kinks and ties, where a rounding would change the
/// gradient.
template <class Real>
Problem<Real> comparable_problem(Model const& model, int n, unsigned seed)
{
    return smooth_problem<Real>(model, n, seed, 1e-4);
}

/// A data key of the tests.
inline StreamKey key_of(int replicate)
{
    return {0x1234, 0x5678, static_cast<std::uint32_t>(replicate), 0};
}

/// Evaluates a problem with all outputs on a device.
template <class Real>
Evaluated<Real> evaluated(Device& device, Problem<Real> const& problem)
{
    DeviceArray<Real> const theta(device, problem.theta), x(device, problem.x),
        y(device, problem.y);
    DeviceArray<Real> const f = unwritten<Real>(device, problem.y.size());
    DeviceArray<Real> const weights = unwritten<Real>(device, problem.y.size() * problem.model.k);
    DeviceArray<Real> const gradient = unwritten<Real>(device, problem.theta.size());
    DeviceArray<double> const mse = unwritten<double>(device, 1);
    device.run(std::vector<EvaluateTask<Real>>{{problem.model, theta.data(), problem.n(), x.data(),
                                                y.data(), f.data(), weights.data(), gradient.data(),
                                                mse.data()}});
    return {f.download(), weights.download(), gradient.download(), mse.download().front()};
}

/// What a fit came to.
template <class Real>
struct Fitted
{
    std::vector<Real> theta;
    SgdOutcome outcome;
    double seconds;
};

/// Fits all problems in one list, replicate i with key_of(first + i).
template <class Real>
std::vector<Fitted<Real>> fitted(Device& device, std::vector<Problem<Real>> const& problems,
                                 SgdSettings const& settings, std::size_t first = 0)
{
    std::vector<DeviceArray<Real>> arrays;
    DeviceArray<SgdOutcome> const outcomes(device, problems.size());
    std::vector<SgdTask<Real>> tasks;
    for (std::size_t i = 0; i < problems.size(); ++i) {
        Problem<Real> const& problem = problems[i];
        for (auto const* values : {&problem.x, &problem.y, &problem.theta})
            arrays.emplace_back(device, *values);
        tasks.push_back({problem.model, settings, key_of(static_cast<int>(first + i)), problem.n(),
                         arrays[3 * i].data(), arrays[3 * i + 1].data(), arrays[3 * i + 2].data(),
                         outcomes.data() + i});
    }
    std::vector<double> const seconds = device.run(tasks);
    std::vector<SgdOutcome> const outcome = outcomes.download();
    std::vector<Fitted<Real>> fits;
    for (std::size_t i = 0; i < problems.size(); ++i)
        fits.push_back({arrays[3 * i + 2].download(), outcome[i], seconds[i]});
    return fits;
}

} // namespace moerate
