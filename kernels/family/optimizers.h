#pragma once

/// @file
/// Estimators' optimizers: how a fit moves from its start.

#include "kernels/core/typelist.h"

MOE_BEGIN_ISA

/// Minibatch stochastic gradient descent, theta <- theta - rate * gradient, constant rate;
/// batch = n is plain gradient descent.
struct SgdOptimizer
{
    static constexpr std::string_view name = "sgd";
    static constexpr std::string_view formula =
        "theta <- theta - rate * grad[(factor/B) sum_batch (y - f(x))^2]";
    static constexpr std::string_view source = "003 section 5, 001 appendix (batch = n)";

    /// One parameter's step.
    template <class Real>
    MOE_HD static Real step(Real theta, Real gradient, Real rate)
    {
        return theta - rate * gradient;
    }
};

using Optimizers = TypeList<SgdOptimizer>;

MOE_END_ISA
