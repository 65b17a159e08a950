#pragma once

/// @file
/// Quantiles of ascending values.

#include "kernels/rates/summary_api.h"

#include "kernels/core/expect.h"

MOE_BEGIN_ISA

/// Index of the order statistic below the p-quantile of size >= 1 values.
MOE_HD inline int below_quantile(int size, double p)
{
    return static_cast<int>(p * (size - 1));
}

/// The p-quantile, 0 <= p <= 1, of size >= 1 ascending values: linear between order statistics, the
/// position being p (size - 1).
MOE_HD inline double quantile(double const* sorted, int size, double p)
{
    MOE_EXPECT(size >= 1 && 0 <= p && p <= 1);
    double const position = p * (size - 1);
    int const below = below_quantile(size, p);
    if (below + 1 >= size)
        return sorted[size - 1];
    return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
}

/// The p of quantile q of a summary.
MOE_HD constexpr double summary_share(int q)
{
    constexpr double shares[summary_quantiles] = {0.025, 0.25, 0.5, 0.75, 0.975};
    return shares[q];
}

MOE_END_ISA
