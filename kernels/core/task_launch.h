#pragma once

/// @file
/// How CUDA runs a kind of task.

namespace moerate
{

/// What the launcher (kernels/cuda/task_list.h) has to know; a task states it as its `launch`.
/// Every kind runs in any memory: in a block's shared memory where its scratch fits, else in the
/// board's.
struct TaskLaunch
{
    int warps = 1;       ///< of the block that does a task: one (WarpLanes) or several (BlockLanes)
    bool tiled = false;  ///< in shared memory a kernel of its own with register tiles; one warp
    bool narrow = false; ///< one more of these, kept small: lanes whose copied_maps is true
};

} // namespace moerate
