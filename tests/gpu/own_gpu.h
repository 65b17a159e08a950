#pragma once

/// @file
/// The GPU with a kind of task that is not in the list (tests/task/own/own_api.h).

#include <cstddef>
#include <memory>

namespace moerate
{

class Device;

/// gpu() with the longer list; in the rehearsal a CPU in its place.
Device& own_gpu();

/// A further worker on the same board.
std::unique_ptr<Device> own_gpu_again();

/// Dynamic shared memory in bytes.
struct SharedLimits
{
    std::size_t kernel; ///< that a block of the dot product's kernel may have at present
    std::size_t board;  ///< that the selected device gives a block at most
};
SharedLimits dot_limits();

} // namespace moerate
