#pragma once

/// @file
/// Bootstrap draws of one cell: resampling with replacement, and the statistics of each draw.

#include "kernels/core/hd.h"
#include "kernels/core/task_launch.h"
#include "kernels/rates/summary_api.h"
#include "kernels/rng/stream.h"

#include <string_view>

namespace moerate
{

/// Some draws. Draw b takes `population` members with replacement, by the words of stream bootstrap
/// under key.replicate = b; a member without a value is left out of the draw it is in.
struct ResampleTask
{
    static constexpr std::string_view name = "resample";
    static constexpr TaskLaunch launch{};

    StreamKey key; ///< replicate is ignored
    int first;     ///< number of the first draw
    int draws;
    int population;
    int size;            ///< members with a value
    double const* value; ///< [size], ascending
    double const* log;   ///< [size]
    int const* rank;     ///< [population]: place of a member's value; `size` where it has none
    Statistics* drawn;   ///< out [draws]; not a number where all drawn members are without value
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: some a drawn member.
MOE_HD inline double work(ResampleTask const& task)
{
    return static_cast<double>(task.population) * task.draws;
}

MOE_END_ISA
