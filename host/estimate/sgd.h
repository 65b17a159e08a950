#pragma once

/// @file
/// The estimator "sgd": minibatch stochastic gradient descent (kernels/sgd).

#include "host/estimate/estimators.h"

namespace moerate
{

/// Gradient descent at a constant rate over minibatches; batch = "full" is plain gradient descent.
/// An iteration is an epoch.
EstimatorKind sgd_kind();

} // namespace moerate
