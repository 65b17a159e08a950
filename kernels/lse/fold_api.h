#pragma once

/// @file
/// From the Gram matrix by the maps to that by the coordinates.

#include "kernels/core/task_launch.h"
#include "kernels/lse/coordinates.h"
#include "kernels/lse/gram_layout.h"

#include <string_view>

namespace moerate
{

/// The Gram matrix J^T J of one fit, J = df/dz at all samples (coordinates.h), by the chain rule on
/// rows and columns.
struct FoldTask
{
    static constexpr std::string_view name = "fold";
    static constexpr TaskLaunch launch{4};

    Model model;
    double const* theta;     ///< [layout.size]
    double const* maps_gram; ///< [gram_numbers(model)], of GramTask
    double* gram;            ///< out [p][p], p = coordinate_count(model); symmetric, all of it
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: some an entry by the maps and by theta.
MOE_HD inline double work(FoldTask const& task)
{
    double const p = task.model.layout.size;
    return 16 * p * p;
}

MOE_END_ISA
