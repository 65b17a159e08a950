#pragma once

/// @file
/// Fitting by stochastic gradient descent.

#include "kernels/core/task_launch.h"
#include "kernels/model/shape.h"
#include "kernels/rng/stream.h"

#include <string_view>
#include <type_traits>

namespace moerate
{

enum class Sampling : int
{
    permutation, ///< a fresh keyed permutation of the samples each epoch
    replacement, ///< each position draws its sample anew
};

/// Most epochs of sampling with replacement: its stream has no more random numbers
/// (kernels/rng/order.h, replacement_row).
constexpr int most_replacement_epochs = 1 << 23;

/// Settings of [estimator] kind = "sgd".
struct SgdSettings
{
    int epochs = 10;
    int batch = 32;             ///< the last minibatch of an epoch is short
    double learning_rate = 0.1; ///< constant
    double loss_factor = 1.0;   ///< objective of a step: factor / B * sum (y - f)^2
    Sampling sampling = Sampling::permutation;
};

/// Whether each minibatch has all n samples, once each: their gradient is the same in any order. (Of
/// one sample it is as any minibatch of one.)
MOE_HD MOE_INLINE bool takes_all(SgdSettings const& settings, int n)
{
    return n > 1 && settings.batch >= n && settings.sampling == Sampling::permutation;
}

/// What a fit returns beside its parameters.
struct SgdOutcome
{
    int finite; ///< 1 if all parameters are finite
    int epochs; ///< epochs done (fewer only when it left the finite numbers)
};

/// One fit, in place on theta.
template <class Real>
struct SgdTask
{
    static constexpr std::string_view name = "sgd";
    static constexpr TaskLaunch launch{1, std::is_same_v<Real, float>, std::is_same_v<Real, float>};

    Model model;
    SgdSettings settings;
    StreamKey key; ///< of the data: the order is shared by paired fits
    int n;
    Real const* x; ///< [n][d]
    Real const* y; ///< [n]
    Real* theta;   ///< in: start, out: fit
    SgdOutcome* outcome;
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: epochs of sample-updates.
template <class Real>
MOE_HD double work(SgdTask<Real> const& task)
{
    return flops_per_update(task.model) * task.n * task.settings.epochs;
}

MOE_END_ISA
