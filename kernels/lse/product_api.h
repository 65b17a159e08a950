#pragma once

/// @file
/// A matrix product of the factors of several fits, in float64. On CUDA it is cuBLAS's.

#include "kernels/core/hd.h"
#include "kernels/core/task_launch.h"

#include <cstddef>
#include <string_view>

namespace moerate
{

/// out [rows][columns] (+)= left [rows][samples] right [columns][samples]^T for `fits` fits alike,
/// whose matrices stand at equal distances. cuBLAS chooses a kernel by all of the sizes, so that
/// numbers depend on each of them, `fits` among them.
struct ProductTask
{
    static constexpr std::string_view name = "product";
    static constexpr TaskLaunch launch{4};

    int fits;
    int rows, columns, samples;
    double const* left;
    double const* right;
    std::size_t next_factors; ///< numbers from a fit's left and right to those of the next one
    double* out;
    int stride;            ///< numbers from a row of out to the next one
    std::size_t next_sums; ///< numbers from a fit's out to that of the next one
    int adds;              ///< 0: out is written, else added to
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task.
MOE_HD inline double work(ProductTask const& task)
{
    return 2.0 * task.fits * task.rows * task.columns * task.samples;
}

MOE_END_ISA
