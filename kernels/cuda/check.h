#pragma once

/// @file
/// Checking CUDA calls.

#include "kernels/cuda/cuda_api.h"

#include <cuda_runtime.h>

namespace moerate
{

/// Throws CudaError (CudaMemoryError where memory lacks) with file, line, call and CUDA's reason
/// unless `code` is success, and takes the error back from the runtime, so that the next call does
/// not report it again.
inline void check_cuda(cudaError_t code, char const* call, char const* file, int line)
{
    if (code == cudaSuccess)
        return;
    cudaGetLastError();
    std::string const text = std::string(file) + ":" + std::to_string(line) + ": " + call + ": " +
                             cudaGetErrorName(code) + ", " + cudaGetErrorString(code);
    if (code == cudaErrorMemoryAllocation)
        throw CudaMemoryError(text);
    throw CudaError(text);
}

/// For destructors: takes the error back and says nothing. A failure that matters has shown, or
/// will show, in a checked call.
inline void check_cuda_noexcept(cudaError_t code) noexcept
{
    if (code != cudaSuccess)
        cudaGetLastError();
}

} // namespace moerate

/// Checks one call of the CUDA runtime.
#define MOE_CUDA_CHECK(call) ::moerate::check_cuda((call), #call, __FILE__, __LINE__)
