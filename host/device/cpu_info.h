#pragma once

/// @file
/// Facts about the processor that this process runs on.

#include "kernels/task/cpu_table.h"

#include <string>
#include <vector>

namespace moerate
{

/// Cores that this process may use: of its affinity mask, its control groups (cgroup.h) and
/// SLURM_CPUS_PER_TASK the least, and one at least.
int usable_cores();

/// Model name of the processor, "unknown" where the system does not say.
std::string processor_name();

/// Bytes of memory that may be used without swapping, and within the control groups' limits.
std::size_t free_memory();

/// Bytes of memory that the machine has, or the control groups leave of it; 0 where the system does
/// not say.
std::size_t all_memory();

/// SIMD levels of this build that this processor can run, the best one first.
std::vector<std::string> simd_levels(std::vector<CpuLevel> const& levels = cpu_levels());

/// Those that this processor could run, but this build lacks.
std::vector<std::string> simd_lacking(std::vector<CpuLevel> const& levels = cpu_levels());

/// The entry points of a level; empty: the best one. Throws DeviceError where the processor cannot
/// run the level (or any), or the build lacks it.
CpuTable cpu_table(std::string const& simd, std::vector<CpuLevel> const& levels);
CpuTable cpu_table(std::string const& simd);

} // namespace moerate
