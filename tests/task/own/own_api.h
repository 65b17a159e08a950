#pragma once

/// @file
/// A kind of task that is not in the list: a dot product. It shows, and tests, what a new kind
/// takes: this file, own_one.h, own_cpu.cpp, own_cuda.cu, and its name in the list (own_tasks.h).

#include "kernels/core/hd.h"
#include "kernels/core/task_launch.h"

#include <string_view>
#include <type_traits>

namespace moerate
{

/// One dot product. Pointers are the device's.
template <class Real>
struct DotTask
{
    static constexpr std::string_view name = "dot";
    static constexpr TaskLaunch launch{std::is_same_v<Real, float> ? 1 : 4,
                                       std::is_same_v<Real, float>};

    int n;
    int width;          ///< partial sums, which stand in scratch
    Real const* a;      ///< [n]
    Real const* b;      ///< [n]
    Real* sum;          ///< out
    int too_little = 0; ///< bytes of scratch that the task forgets to ask for
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: a product and a sum a term.
template <class Real>
MOE_HD double work(DotTask<Real> const& task)
{
    return 2.0 * task.n;
}

MOE_END_ISA
