#pragma once

/// @file
/// The ways to run one task that a test walks: each instruction-set level of this processor, and
/// the cooperative text on host threads.

#include <string>
#include <vector>

namespace moerate
{

/// One way to run a task. Working memory is filled with NaN patterns beforehand and has a guard
/// behind its end, so that reading what was never written shows, and writing too far as well.
struct Backend
{
    static constexpr int warp = -1;
    std::string level; ///< CPU level, empty for lanes
    int lanes = 0;     ///< host threads that share the task, or `warp`: the lanes of a CUDA warp

    std::string name() const;

    /// Runs a Generate, Sgd, Evaluate or RiskTask. Throws std::runtime_error if the working memory
    /// that the task asks for is not enough for it.
    template <class Task>
    void run(Task const& task) const;
};

/// All levels that this processor runs.
std::vector<Backend> level_backends();

/// 1, 2, 7 and 32 lanes: alone, few, none of the sizes a multiple, one a sample of a chunk. Equal
/// bits on all of them.
std::vector<Backend> lane_backends();

/// Levels, then lanes, then a warp.
std::vector<Backend> all_backends();

} // namespace moerate
