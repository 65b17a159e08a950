#pragma once

/// @file
/// Evaluating a model on given data: prediction, gate weights, experts, mean square error, its
/// gradient.

#include "kernels/spec/model.h"

namespace moerate
{

/// One model on one data set. Outputs that are null are not computed.
template <class Real>
struct EvaluateTask
{
    Model model;
    Real const* theta; ///< [layout.size]
    int n;
    Real const* x;  ///< [n][d]
    Real const* y;  ///< [n], or null where neither mse nor gradient is wanted
    Real* f;        ///< out [n]
    Real* weights;  ///< out [k][n] g_i(x_t)
    Real* gradient; ///< out [layout.size], of mse = (1/n) sum (y - f)^2
    double* mse;    ///< out
};

} // namespace moerate
