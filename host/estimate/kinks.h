#pragma once

/// @file
/// Kinks of a fit: where samples meet the point at which an expert's activation bends.

#include "host/estimate/kinked_quadratic.h"
#include "kernels/spec/model.h"

#include <vector>

namespace moerate
{

/// Whether the experts' activation has a kink. (A ridge score with such an activation has kinks,
/// too, which are not looked for.)
bool kinked(Model const& model);

/// A sample near the kink of an expert, on the host.
struct NearKink
{
    int atom;
    int sample;
    double response; ///< lambda z, z = a.phi(x) + b what the activation takes
};

/// Of each atom those samples for which |z| is least, in the order of that: twice what an atom has
/// numbers, and some more. `responses` [k][n] are those of NearKink at all samples.
std::vector<NearKink> nearest_kinks(Model const& model, std::vector<double> const& theta,
                                    std::vector<double> const& responses, int n);

/// What is known of a near kink's sample.
struct KinkSample
{
    double const* x; ///< [d]
    double residual; ///< f(x) - y
    double weight;   ///< g_i(x) of the kink's atom
};

/// The kinks of S = n MSE / 2 at theta, in the order of `near`, those without a jump left out.
///
/// A kink is placed at z = 1e-11 |(a, b)| |(phi(x), 1)|, on the side z > 0: whatever z is rounded
/// to, a fit that is on it is on that side.
std::vector<Kink> kinks_of(Model const& model, std::vector<double> const& theta,
                           std::vector<NearKink> const& near,
                           std::vector<KinkSample> const& samples);

} // namespace moerate
