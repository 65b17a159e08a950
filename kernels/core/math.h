#pragma once

/// @file
/// Elementary functions that vectorise, in namespace math: exp, log, sqrt, tanh, erf, sincospi.
///
/// Host: branch-free range reduction and polynomials, for MOE_SIMD loops. Device: CUDA's accurate
/// functions. Results are within 2 ulp of the exact value (tests/core/math_test.cpp measures them);
/// they are the same on all instruction sets of the host and differ in the last bits on a device.
///
/// How the coefficients were made: Remez exchange in 60 digits for the least largest relative error
/// of the whole function on the reduced range, then rounded to the type. The error named beside
/// each set is that of the polynomial alone.

#include "kernels/core/math_erf.h"
#include "kernels/core/math_explog.h"
#include "kernels/core/math_sincospi.h"
#include "kernels/core/math_tanh.h"
