#pragma once

/// @file
/// The --device option.

#include "host/device/device.h"

#include <string>
#include <vector>

namespace moerate
{

/// CUDA devices that `choice` names among `count`: of "cuda" the first, of "cuda:all" all (the
/// first where there is none, so that opening it says why), of "cuda:2,0" these in this order; none
/// of any other word. Throws UsageError where one is named twice. Does not ask whether they exist.
std::vector<int> cuda_indices(std::string const& choice, int count);

/// Opens the devices that `choice` names: auto (a usable GPU, else the CPU), cpu, cuda, cuda:I,
/// cuda:I,J or cuda:all. `simd` names a level of the CPU (device.h), which auto then means. Throws
/// UsageError for another word or a level beside a GPU, DeviceError if a device or the level is not
/// usable or devices differ so that results would depend on which does what.
Devices open_devices(std::string const& choice, int threads, std::string const& simd = {});

/// The same for one device; UsageError where several are named.
std::unique_ptr<Device> open_device(std::string const& choice, int threads,
                                    std::string const& simd = {});

/// One line about a device: kind, name, SIMD level, threads.
std::string device_text(DeviceInfo const& info);
/// The same of several.
std::string devices_text(Devices const& devices);

} // namespace moerate
