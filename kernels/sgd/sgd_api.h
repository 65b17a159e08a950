#pragma once

/// @file
/// Fitting by stochastic gradient descent.

#include "kernels/rng/stream.h"
#include "kernels/spec/model.h"

namespace moerate
{

enum class Sampling : int
{
    permutation, ///< a fresh keyed permutation of the samples each epoch
    replacement, ///< each position draws its sample anew
};

/// Settings of [estimator] kind = "sgd".
struct SgdSettings
{
    int epochs = 10;
    int batch = 32;             ///< the last minibatch of an epoch is short
    double learning_rate = 0.1; ///< constant
    double loss_factor = 1.0;   ///< objective of a step: factor / B * sum (y - f)^2
    Sampling sampling = Sampling::permutation;
};

/// What a fit returns beside its parameters.
struct SgdOutcome
{
    int finite;     ///< 1 if all parameters are finite
    int epochs;     ///< epochs done (fewer only when it left the finite numbers)
    double seconds; ///< filled by the device: time of this fit, or its share of a launch
};

/// One fit, in place on theta.
template <class Real>
struct SgdTask
{
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
