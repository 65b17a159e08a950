#pragma once

/// @file
/// Makes a CPU entry point of an algorithm. Include it after the *_one.h, which overloads
/// scratch_bytes<Lanes>(task) and run_one(lanes, task, scratch) for its task.

#include "kernels/core/lanes.h"
#include "kernels/task/cpu_entries.h"

MOE_BEGIN_ISA

/// The entry that runs the algorithm on one thread.
template <class Task>
CpuEntry<Task> serial_entry()
{
    return {[](Task const& task) { return scratch_bytes<SerialLanes>(task); },
            [](Task const& task, void* scratch) { run_one(SerialLanes{}, task, scratch); }};
}

MOE_END_ISA
