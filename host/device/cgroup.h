#pragma once

/// @file
/// What the control groups of this process leave it: batch systems and containers set them.

#include <cstddef>
#include <optional>
#include <string>

namespace moerate
{

/// Limits of the process's group and of all groups around it, the tightest of each.
struct GroupLimits
{
    std::optional<double> cpus;        ///< cores' worth of time
    std::optional<std::size_t> memory; ///< bytes that all processes of the group may have
    std::optional<std::size_t>
        free; ///< of these, what is left; files that are cached count as free
};

/// Reads them, of version 2 and 1 (`cgroups` as mounted, `self` as /proc/self/cgroup). What cannot
/// be read sets no limit.
GroupLimits group_limits(std::string const& cgroups = "/sys/fs/cgroup",
                         std::string const& self = "/proc/self/cgroup");

} // namespace moerate
