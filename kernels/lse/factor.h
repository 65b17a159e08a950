#pragma once

/// @file
/// Cholesky factor of a dense matrix, A = U^T U, by blocks, and solutions with it. One thread works
/// in place with the SIMD products of kernels/model/simd.h, several cooperate on square tiles in
/// their working memory. Only the upper triangle is read and written, but for the lower half of the
/// blocks on the diagonal, which is filled with numbers of no meaning.

#include "kernels/lse/factor_lanes.h"
#include "kernels/lse/factor_solve.h"
#if !defined(__CUDACC__)
#include "kernels/lse/factor_serial.h"
#endif
