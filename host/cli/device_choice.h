#pragma once

/// @file
/// The --device option.

#include "host/device/device.h"

#include <string>

namespace moerate
{

/// Opens the device that `choice` names: auto (a usable GPU, else the CPU), cpu, cuda, cuda:I.
/// Throws UsageError for another word, DeviceError if the device is not usable or several are asked
/// for.
std::unique_ptr<Device> open_device(std::string const& choice, int threads);

/// One line about a device: kind, name, SIMD level, threads.
std::string device_text(DeviceInfo const& info);

} // namespace moerate
