#pragma once

/// @file
/// The product as its definition says it, a sum a lane: what a CPU does, and what cuBLAS's is
/// measured by. No study asks a CPU for it (host/estimate/lse.cpp).

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/lse/product_api.h"

MOE_BEGIN_ISA

/// Bytes of working memory of run_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes, ProductTask const&)
{
    return 0;
}

template <class Lanes>
MOE_HD void run_one(Lanes lanes, ProductTask const& task, void*)
{
    MOE_EXPECT(task.columns <= task.stride);
    std::size_t const sums = static_cast<std::size_t>(task.rows) * task.columns;
    std::size_t const samples = static_cast<std::size_t>(task.samples);
    for (std::size_t i = lanes.rank(); i < task.fits * sums; i += lanes.size()) {
        std::size_t const fit = i / sums;
        std::size_t const row = i % sums / task.columns;
        std::size_t const column = i % task.columns;
        double const* const a = task.left + fit * task.next_factors + row * samples;
        double const* const b = task.right + fit * task.next_factors + column * samples;
        double sum = 0;
        MOE_SIMD_SUM(sum)
        for (int t = 0; t < task.samples; ++t)
            sum += a[t] * b[t];
        double& out = task.out[fit * task.next_sums + row * task.stride + column];
        out = task.adds == 0 ? sum : out + sum;
    }
}

MOE_END_ISA
