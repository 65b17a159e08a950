#pragma once

/// @file
/// Evaluating a model on given data: prediction, gate weights, experts, mean square error, its
/// gradient.

#include "kernels/core/task_launch.h"
#include "kernels/model/shape.h"

#include <string_view>
#include <type_traits>

namespace moerate
{

/// One model on one data set. Outputs that are null are not computed.
template <class Real>
struct EvaluateTask
{
    static constexpr std::string_view name = "evaluate";
    static constexpr TaskLaunch launch{1, std::is_same_v<Real, float>};

    Model model;
    Real const* theta; ///< [layout.size]
    int n;
    Real const* x;           ///< [n][d]
    Real const* y;           ///< [n], or null where neither mse nor gradient is wanted
    Real* f;                 ///< out [n]
    Real* weights;           ///< out [k][n] g_i(x_t)
    Real* gradient;          ///< out [layout.size], of mse = (1/n) sum (y - f)^2
    double* mse;             ///< out
    Real* experts = nullptr; ///< out [k][n] h_i(x_t)
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: a prediction a sample, with its gradient a sample-update.
template <class Real>
MOE_HD double work(EvaluateTask<Real> const& task)
{
    return (task.gradient == nullptr ? flops_per_prediction(task.model)
                                     : flops_per_update(task.model)) *
           task.n;
}

MOE_END_ISA
