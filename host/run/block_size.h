#pragma once

/// @file
/// How large the blocks of one device are.

#include "host/run/plan.h"

#include <functional>
#include <limits>
#include <string>

namespace moerate
{

class Log;
struct RunOptions;

/// What a device can take at once.
struct BlockLimits
{
    std::size_t bytes;      ///< device memory at most
    double flops;           ///< work at most,
    long long least_starts; ///< unless it is less than this many starts of fits
    long long most_fits;    ///< fits at most
    int jobs;               ///< jobs at most; 0: any number

    /// Whether a block of `count` jobs and the work `before` is full, as one job more would make it
    /// `bytes_after` and `after`.
    bool reached(int count, Work const& before, std::size_t bytes_after, Work const& after) const;
};

/// Follows the speed and the memory of a device. Fits and losses of stored fits share it.
class BlockSize
{
public:
    /// `speed` in flops a second; 0 where it is not known.
    BlockSize(Device& device, RunOptions const& options, double speed);

    /// Limits of the next block: the work of --save-every seconds, and the memory that is free.
    BlockLimits limits();
    /// Flops per second, of the blocks so far.
    double speed() const { return speed_; }
    /// Notes how long a block took, its saving aside.
    void took(Work const& work, double seconds);
    /// After a block of `bytes` had too little memory: at most half of that from now on. Returns
    /// the most bytes of a block.
    std::size_t halve(std::size_t bytes);
    /// The same of a block of so many fits; of one throws DeviceMemoryError, which says that `what`
    /// does not fit.
    void halve(std::size_t fits, std::size_t bytes, std::string const& what);

private:
    Device& device_;
    RunOptions const& options_;
    double speed_;
    std::size_t most_ = std::numeric_limits<std::size_t>::max(); ///< bytes, after a failure
};

/// Does `work`; false if there was too little memory, which the log then says.
bool with_memory(Log& log, std::function<void()> const& work);

} // namespace moerate
