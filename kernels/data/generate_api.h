#pragma once

/// @file
/// Data generation: X ~ Uniform([-1,1]^d), Y = f_true(X) + eps, eps ~ N(0, sigma^2) (spec.md 1).

#include "kernels/core/task_launch.h"
#include "kernels/model/shape.h"
#include "kernels/rng/stream.h"

#include <string_view>
#include <type_traits>

namespace moerate
{

/// One data set. Pointers are the device's (the host's on the CPU).
template <class Real>
struct GenerateTask
{
    static constexpr std::string_view name = "generate";
    static constexpr TaskLaunch launch{1, std::is_same_v<Real, float>};

    Model truth;
    Real const* theta_true; ///< [truth.layout.size]
    StreamKey key;
    Stream x_stream;               ///< Stream::x, or Stream::evaluate for evaluation points
    int n;                         ///< samples
    double noise_sd;               ///< sigma; 0 gives y = f_true(x)
    Real* x;                       ///< out [n][d]
    Real* y;                       ///< out [n]
    Real* experts;                 ///< out [k*][n] h*_j(x_t), or null
    double* mse_truth;             ///< out (1/n) sum (y - f_true)^2, or null
    double* mean_square = nullptr; ///< out (1/n) sum y^2, the MSE of f = 0, or null
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: a prediction a sample.
template <class Real>
MOE_HD double work(GenerateTask<Real> const& task)
{
    return flops_per_prediction(task.truth) * task.n;
}

MOE_END_ISA
