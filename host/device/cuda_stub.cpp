/// @file
/// Stands in for cuda_device.cpp in a build without CUDA (cmake/cuda.cmake chooses).

#include "host/device/device.h"

namespace moerate
{

std::string cuda_unusable()
{
    return "this build has no CUDA (" MOE_NO_CUDA ")";
}

int cuda_devices()
{
    return 0;
}

std::unique_ptr<Device> make_cuda_device(int /*index*/)
{
    throw DeviceError("CUDA is not usable: " + cuda_unusable() + "; use --device cpu");
}

} // namespace moerate
