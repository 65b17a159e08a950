#pragma once

/// @file
/// Data generation: X ~ Uniform([-1,1]^d), Y = f_true(X) + eps, eps ~ N(0, sigma^2) (spec.md 1).

#include "kernels/rng/stream.h"
#include "kernels/spec/model.h"

namespace moerate
{

/// One data set. Pointers are the device's (the host's on the CPU).
template <class Real>
struct GenerateTask
{
    Model truth;
    Real const* theta_true; ///< [truth.layout.size]
    StreamKey key;
    Stream x_stream;   ///< Stream::x, or Stream::evaluate for evaluation points
    int n;             ///< samples
    double noise_sd;   ///< sigma; 0 gives y = f_true(x)
    Real* x;           ///< out [n][d]
    Real* y;           ///< out [n]
    Real* experts;     ///< out [k*][n] h*_j(x_t), or null
    double* mse_truth; ///< out (1/n) sum (y - f_true)^2, or null
};

} // namespace moerate
