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
    bool on = false; ///< z is 0 up to rounding
    int samples = 1; ///< with this x, see merged()
};

/// Of each atom those samples for which |z| is least, in the order of that: twice what an atom has
/// numbers, and some more, but all that are on the kink. `responses` [k][n] are those of NearKink
/// at all samples.
std::vector<NearKink> nearest_kinks(Model const& model, std::vector<double> const& theta,
                                    std::vector<double> const& responses, int n);

/// Near kinks with the data of their samples.
struct NearSamples
{
    std::vector<NearKink> near;
    std::vector<double> x; ///< [near][d]
    std::vector<double> y; ///< [near] mean of the samples with that x
    bool all_on = true;    ///< whether all are there that a point is on
};

/// An atom's samples with one x pass its kink together: one stands for all. Where even then more
/// than a thousand are left, as of an atom that is 0 everywhere, those beyond nearest_kinks' number
/// are left out. x [n][d] and y [n] are all samples'.
NearSamples merged(Model const& model, std::vector<NearKink> const& near, double const* x,
                   double const* y);

/// What is known of a near kink's samples.
struct KinkSample
{
    double const* x; ///< [d]
    double residual; ///< f(x) - y, the mean of their y
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
