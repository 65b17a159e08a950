#pragma once

/// @file
/// Fits by rounds of Levenberg-Marquardt, of data on the host.

#include "host/device/device.h"
#include "host/estimate/lse_rounds.h"
#include "kernels/lse/coordinates.h"
#include "tests/fit/problem.h"

#include <cstring>

namespace moerate
{

/// A fit of a problem whose theta is the start; the box is [-box, box] or by coordinate.
struct RoundsCase
{
    Problem<double> problem;
    LseSettings settings{};
    double noise_variance = 0;
    std::vector<double> lower = box(-10);
    std::vector<double> upper = box(10);

    std::vector<double> box(double bound) const
    {
        return std::vector<double>(static_cast<std::size_t>(coordinate_count(problem.model)),
                                   bound);
    }
};

/// A fit as it came back.
struct RoundsFit
{
    LseResult result;
    std::vector<double> theta;
};

/// Bytes of memory that are the same.
inline bool same_bits(std::vector<double> const& a, std::vector<double> const& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Arrays of a case on a device.
struct OnDevice
{
    DeviceArray<double> x, y, theta, lower, upper;

    OnDevice(Device& device, RoundsCase const& c)
        : x(device, c.problem.x), y(device, c.problem.y), theta(device, c.problem.theta),
          lower(device, c.lower), upper(device, c.upper)
    {}
    LseItem<double> item(RoundsCase const& c) const
    {
        return {c.problem.model, c.problem.n(), x.data(),   y.data(),        theta.data(),
                lower.data(),    upper.data(),  c.settings, c.noise_variance};
    }
};

/// Fits all cases in one list.
inline std::vector<RoundsFit> fitted(Device& device, std::vector<RoundsCase> const& cases)
{
    std::vector<OnDevice> memory;
    std::vector<LseItem<double>> items;
    for (RoundsCase const& c : cases) {
        memory.emplace_back(device, c);
        items.push_back(memory.back().item(c));
    }
    std::vector<LseResult> const results = run_rounds(device, items);
    std::vector<RoundsFit> out;
    for (std::size_t i = 0; i < cases.size(); ++i)
        out.push_back({results.at(i), memory[i].theta.download()});
    return out;
}

inline RoundsFit fitted(RoundsCase const& c)
{
    return fitted(*make_cpu_device(1), {c})[0];
}

/// The problem with y = f + noise of the truth `theta`, and a start near it.
inline Problem<double> near_truth(Model const& model, int n, unsigned seed, double noise,
                                  double start_sd)
{
    Problem<double> problem = drawn_problem<double>(model, n, seed);
    std::mt19937_64 random(seed + 1);
    std::normal_distribution<double> normal;
    for (int t = 0; t < n; ++t)
        problem.y[t] = plain_sample(model, problem.theta, problem.x.data() + t * model.d).f +
                       noise * normal(random);
    for (double& value : problem.theta)
        value += start_sd * normal(random);
    return problem;
}

} // namespace moerate
