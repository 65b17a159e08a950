#pragma once

/// @file
/// Devices that run the kinds of tasks of given tables, in place of those of the list Tasks.

#include "host/device/device.h"
#include "kernels/cuda/cuda_api.h"
#include "kernels/task/cpu_table.h"

namespace moerate
{

/// make_cpu_device with these entry points, of a level that this processor can run.
std::unique_ptr<Device> make_cpu_device(CpuTable const& table, int threads = 0);

/// make_cuda_device with these entry points; a build without CUDA has no such function.
std::unique_ptr<Device> make_cuda_device(CudaTable const& table, int index = 0);

} // namespace moerate
