#pragma once

/// @file
/// The one place that launches kernels.

#include "kernels/cuda/check.h"

#include <type_traits>

namespace moerate
{

/// Size of a launch.
struct LaunchShape
{
    int blocks;
    int threads;                  ///< of a block
    std::size_t shared_bytes = 0; ///< dynamic shared memory of a block
};

/// Starts kernel(arguments...) and checks the launch itself; what goes wrong while it runs shows in
/// the next call that waits for it. Parameters are copied to the device, so they must be plain.
template <class... Parameter, class... Argument>
void launch(char const* call, char const* file, int line, LaunchShape const& shape,
            void (*kernel)(Parameter...), Argument... argument)
{
    static_assert((std::is_trivially_copyable_v<Parameter> && ...),
                  "a kernel's parameters are copied byte by byte");
    kernel<<<shape.blocks, shape.threads, shape.shared_bytes>>>(argument...);
    check_cuda(cudaGetLastError(), call, file, line);
}

} // namespace moerate

/// Launches kernel(...) with a LaunchShape; a failure names this place.
#define MOE_CUDA_LAUNCH(shape, kernel, ...)                                                        \
    ::moerate::launch(#kernel "(" #__VA_ARGS__ ")", __FILE__, __LINE__, shape, kernel, __VA_ARGS__)
