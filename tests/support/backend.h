#pragma once

/// @file
/// The ways to run one task that a test walks: each instruction-set level of this processor, and
/// the cooperative text on host threads and on a warp's coroutines.

#include "host/device/cpu_info.h"

#include <string>
#include <vector>

namespace moerate
{

/// One way to run a task. Working memory is filled with NaN patterns beforehand and has a guard
/// behind its end, so that reading what was never written shows, and writing too far as well.
struct Backend
{
    static constexpr int warp = -1; ///< as CUDA launches it, the narrow instance where it would
    static constexpr int warp_down = -2; ///< the same with the turns of the lanes in reverse
    static constexpr int warp_wide = -3; ///< never the narrow instance

    static constexpr char const* portable = "x86-64-v3";

    std::string level; ///< CPU level, where there are no lanes; empty: the portable one
    int lanes = 0;     ///< host threads that share the task, or one of the warps; 0: a level
    CpuTable (*table)(std::string const& level) = cpu_table; ///< that has the task

    std::string name() const;

    /// Runs a task of any kind of the list Tasks; for others include backend_run.h. Throws
    /// std::runtime_error if the working memory that the task asks for is not enough for it.
    template <class Task>
    void run(Task const& task) const;
};

/// All levels that this processor runs.
std::vector<Backend> level_backends();

/// 1, 2, 7 and 32 lanes: alone, few, none of the sizes a multiple, one a sample of a chunk. Equal
/// bits on all of them.
std::vector<Backend> lane_backends();

/// The warps. Equal bits on all of them.
std::vector<Backend> warp_backends();

/// Levels, then lanes, then warps.
std::vector<Backend> all_backends();

} // namespace moerate
