/// @file
/// Stands in for bench_cuda.cpp in a build without CUDA (cmake/bench.cmake chooses).

#include "tools/bench.h"

namespace moerate
{

std::unique_ptr<Ceiling> make_cuda_ceiling()
{
    throw DeviceError("CUDA is not usable: " + cuda_unusable() + "; use --device cpu");
}

} // namespace moerate
