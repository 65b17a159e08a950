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

    /// A second point of the same model, whose mse goes to mse_also, or null: both errors in one
    /// pass over the data. Then nothing else but mse is computed.
    Real const* theta_also = nullptr;
    double* mse_also = nullptr; ///< out
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: a prediction a sample and point, with its gradient a sample-update.
template <class Real>
MOE_HD double work(EvaluateTask<Real> const& task)
{
    if (task.gradient != nullptr)
        return flops_per_update(task.model) * task.n;
    return flops_per_prediction(task.model) * task.n * (task.mse_also == nullptr ? 1 : 2);
}

MOE_END_ISA
