#pragma once

/// @file
/// A dot product, the algorithm of all backends.

#include "kernels/core/scratch.h"
#include "tests/task/own/own_api.h"

MOE_BEGIN_ISA

/// Bytes of working memory of run_one.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes /*lanes*/, DotTask<Real> const& task)
{
    Scratch measure(nullptr);
    measure.take<Real>(static_cast<std::size_t>(task.width));
    return measure.used() - static_cast<std::size_t>(task.too_little);
}

/// Partial sum p is over the terms p, p + width, ...: the same for any number of lanes.
template <class Real, class Lanes>
MOE_HD void run_one(Lanes lanes, DotTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    Real* const part = scratch.take<Real>(static_cast<std::size_t>(task.width));
    for (int p = lanes.rank(); p < task.width; p += lanes.size()) {
        part[p] = 0;
        for (int i = p; i < task.n; i += task.width)
            part[p] += task.a[i] * task.b[i];
    }
    lanes.sync();
    if (lanes.rank() == 0) {
        *task.sum = 0;
        for (int p = 0; p < task.width; ++p)
            *task.sum += part[p];
    }
    lanes.sync();
}

MOE_END_ISA
