#pragma once

/// @file
/// The device of the tests.

#include "host/device/device.h"

namespace moerate
{

/// The CPU with two workers at the machine's best SIMD level.
inline Device& cpu()
{
    static std::unique_ptr<Device> const device = make_cpu_device(2);
    return *device;
}

} // namespace moerate
