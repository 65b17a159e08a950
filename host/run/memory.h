#pragma once

/// @file
/// Device memory that jobs need, measured by the very code that allocates it.

#include "host/run/plan.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace moerate
{

/// Measures how much device memory blocks of jobs hold at their peak: their pipeline runs on a
/// device that only counts. Lists of tasks are counted, as they are copied to a GPU; a kernel's own
/// working memory is not. Beside models of 10^5 numbers lists and records are nothing, while the
/// host's part of the pipeline takes long: there the numbers are summed up (host/study/sizes.h).
class MemoryModel
{
public:
    MemoryModel(Study const& study, Plan const& plan) : study_(study), plan_(plan) {}

    /// Peak of a block of one job, whose cells are of one precision.
    struct Bytes
    {
        std::size_t points; ///< evaluation points of its truth, which outlive the block
        std::size_t job;    ///< all else
    };
    Bytes const& of(Job const& job);
    Bytes measured(Job const& job) const; ///< to the byte
    Bytes computed(Job const& job) const; ///< without lists, records and rounding

    /// A block that grows job by job.
    struct Sum
    {
        std::size_t points = 0;
        std::array<std::size_t, 2> jobs{};        ///< in float32, in float64: one after the other
        std::array<std::set<TruthId>, 2> counted; ///< truths: one set of points each

        std::size_t bytes() const { return points + std::max(jobs[0], jobs[1]); }
    };

    /// Adds a job to a block. Jobs of a block share the evaluation points of their truth, and no
    /// more: the sum of the peaks of all jobs is at least the block's peak, by their small arrays'
    /// rounding more.
    void add(Sum& sum, Job const& job);

    /// Bytes of a block, from an empty device on.
    std::size_t bytes(std::vector<Job> const& jobs);

private:
    Study const& study_;
    Plan const& plan_;
    std::map<std::pair<int, std::vector<int>>, Bytes> known_; // by data and cells
};

} // namespace moerate
