#pragma once

/// @file
/// Makes CPU entry points of algorithms, which overload scratch_bytes(lanes, task) and
/// run_one(lanes, task, scratch) for their task.

#include "kernels/core/lanes.h"
#include "kernels/task/cpu_entries.h"

MOE_BEGIN_ISA

/// The entry that runs the algorithm on one thread.
template <class Task>
CpuEntry cpu_entry()
{
    return {&typeid(Task),
            [](void const* task) {
                return scratch_bytes(SerialLanes{}, *static_cast<Task const*>(task));
            },
            [](void const* task, void* scratch) {
                run_one(SerialLanes{}, *static_cast<Task const*>(task), scratch);
            }};
}

MOE_END_ISA
