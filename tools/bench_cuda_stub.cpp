/// @file
/// Stands in for bench_cuda.cpp in a build without CUDA or without cuBLAS (cmake/bench.cmake
/// chooses).

#include "tools/bench.h"

namespace moerate
{

std::unique_ptr<Ceiling> make_cuda_ceiling()
{
    std::string const reason = cuda_unusable();
    throw DeviceError((reason.empty() ? "this build has no cuBLAS to measure by"
                                      : "CUDA is not usable: " + reason) +
                      "; use --device cpu");
}

} // namespace moerate
