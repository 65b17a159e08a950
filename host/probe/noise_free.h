#pragma once

/// @file
/// A truth on noise-free points: what constants and identifiability are measured on.

#include "host/device/device.h"
#include "host/measure/measure_json.h"
#include "kernels/rng/stream.h"

#include <vector>

namespace moerate
{

/// X ~ Uniform([-1, 1]^d) of stream `evaluate`, and f*(X), on the device.
struct NoiseFree
{
    /// With `kinks` points on the edges of where experts are 0 follow, a few an edge: a function
    /// that differs in the place of a kink alone may else agree at all samples. Throws DeviceError.
    NoiseFree(Device& on, Measure itself, StreamKey const& key, int samples, bool kinks = false);

    Device& device;
    Measure truth;
    int n;
    DeviceArray<double> x; ///< [n][d]
    DeviceArray<double> y; ///< [n] f*(x)
    double size = 0;       ///< root mean square of f*
};

/// Largest |f - f*| of a measure on these points.
double largest_difference(NoiseFree const& sample, Measure const& measure);

/// h_i(x) of all atoms on these points, [k][n].
std::vector<double> responses(NoiseFree const& sample, Measure const& measure);

/// Whether some atom has a response and next to no share on all of these points: one far away,
/// whose share would be 0 only at infinity, so that f is nearly the truth's and not the same. A
/// share of exactly 0 (an atom that is never among the top K) is none of these.
bool hardly_weighs(NoiseFree const& sample, Measure const& measure);

/// A truth of this model: N(0, 1) parameters of stream `truth`, keyed by seed, so that atoms are
/// far from zero and from one another; biases have half of that standard deviation, so that kinks
/// and slopes of experts lie among the inputs; a learned T is 1.
Measure generic_truth(Model const& model, std::uint32_t seed);

/// The measure with all gate locations of some atoms 0 (0-based).
Measure without_gate(Measure measure, std::vector<int> const& atoms);

} // namespace moerate
