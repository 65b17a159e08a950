#pragma once

/// @file
/// Backend::run. Include it beside the *_one.h of a task.

#include "kernels/task/kind.h"
#include "tests/support/backend.h"
#include "tests/support/guarded.h"
#include "tests/support/host_lanes.h"
#include "tests/support/warp_lanes.h"

#include <stdexcept>

namespace moerate
{

/// Runs a task in the lanes of a warp.
template <class Lanes, class Task>
void run_in_warp(Turns turns, Task const& task)
{
    Guarded memory(scratch_bytes(Lanes{}, task));
    run_warp<Lanes>(turns, [&](Lanes lane) { run_one(lane, task, memory.data()); });
    memory.check();
}

template <class Task>
void Backend::run(Task const& task) const
{
    Turns const turns = lanes == warp_down ? Turns::down : Turns::up;
    if constexpr (Task::launch.narrow) {
        if ((lanes == warp || lanes == warp_down) && takes_narrow(task))
            return run_in_warp<AnyHostWarpLanes<true>>(turns, task);
    }
    if (lanes < 0)
        return run_in_warp<HostWarpLanes>(turns, task);
    if (lanes == 0) {
        CpuTable const entries = table(level.empty() ? portable : level);
        CpuEntry const& entry = entry_of(entries.entries, entries.size, task_kind<Task>());
        Guarded memory(entry.scratch(&task));
        entry.run(&task, memory.data());
        memory.check();
    } else {
        Guarded memory(scratch_bytes(HostLanes{}, task));
        run_lanes(lanes, [&](HostLanes lane) { run_one(lane, task, memory.data()); });
        memory.check();
    }
}

} // namespace moerate
