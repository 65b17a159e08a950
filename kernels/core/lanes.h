#pragma once

/// @file
/// Lanes: the cooperating workers of one fit, and the only thread indices of the project. One
/// algorithm text serves all: `for (i = lanes.rank(); i < n; i += lanes.size())`, then lanes.sync()
/// before another lane reads what was written. All lanes call every collective.

#include "kernels/core/hd.h"

MOE_BEGIN_ISA

/// One CPU thread; vectorisation happens inside of it.
struct SerialLanes
{
    static constexpr bool serial = true;
    MOE_HD static constexpr int rank() { return 0; }
    MOE_HD static constexpr int size() { return 1; }
    MOE_HD static constexpr void sync() {}
};

#if defined(__CUDACC__)
/// The threads of one CUDA block, one fit a block.
struct BlockLanes
{
    static constexpr bool serial = false;
    __device__ static int rank() { return static_cast<int>(threadIdx.x); }
    __device__ static int size() { return static_cast<int>(blockDim.x); }
    __device__ static void sync() { __syncthreads(); }
};
#endif

MOE_END_ISA
