#pragma once

/// @file
/// Lanes: the cooperating workers of one fit, and the only thread indices of the project. One
/// algorithm text serves all: `for (i = lanes.rank(); i < n; i += lanes.size())`, then lanes.sync()
/// before another lane reads what was written. All lanes call every collective.
///
/// Lanes with `warp` true come 32 at a time and can also trade registers: shuffle_xor(value, mask)
/// is the value of lane rank() ^ mask. copy_async(to, from) starts to copy one element of 4, 8 or
/// 16 bytes from a task's arrays to scratch memory; it has arrived after wait_copies() of the lane
/// that asked for it, and another lane may read it after the next sync().
///
/// `copied_maps` true narrows an instance to models whose maps copy theta and whose rows fit a
/// lane's registers (Shape::copied, Shape::own).

#include "kernels/core/hd.h"

#if defined(__CUDACC__)
#include <cuda_pipeline.h>
#endif

MOE_BEGIN_ISA

/// One CPU thread; vectorisation happens inside of it.
struct SerialLanes
{
    static constexpr bool serial = true;
    static constexpr bool warp = false;
    static constexpr bool copied_maps = false;
    MOE_HD static constexpr int rank() { return 0; }
    MOE_HD static constexpr int size() { return 1; }
    MOE_HD static constexpr void sync() {}
    template <class T>
    MOE_HD static void copy_async(T* to, T const* from)
    {
        *to = *from;
    }
    MOE_HD static void wait_copies() {}
};

#if defined(__CUDACC__)
/// The threads of one warp, one task a warp and one warp a block. `fast`: scratch is the block's
/// shared memory, which the hardware can fill while the warp goes on, and products are register
/// tiled (kernels/model/tile_warp.h); else any memory and the plain text.
template <bool fast, bool copied = false>
struct WarpLanes
{
    static constexpr bool serial = false;
    static constexpr bool warp = fast;
    static constexpr bool copied_maps = copied;
    __device__ static int rank() { return static_cast<int>(threadIdx.x) & 31; }
    __device__ static constexpr int size() { return 32; }
    __device__ static void sync() { __syncwarp(); }
    template <class T>
    __device__ static T shuffle_xor(T value, int mask)
    {
        return __shfl_xor_sync(0xffffffffU, value, mask);
    }
    template <class T>
    __device__ static void copy_async(T* to, T const* from)
    {
        if constexpr (fast)
            __pipeline_memcpy_async(to, from, sizeof(T));
        else
            *to = *from;
    }
    __device__ static void wait_copies()
    {
        if constexpr (fast) {
            __pipeline_commit();
            __pipeline_wait_prior(0);
        }
    }
};

/// The threads of a block of several warps, one task a block: the plain text in any memory.
template <int warps>
struct BlockLanes
{
    static constexpr bool serial = false;
    static constexpr bool warp = false;
    static constexpr bool copied_maps = false;
    __device__ static int rank() { return static_cast<int>(threadIdx.x); }
    __device__ static constexpr int size() { return 32 * warps; }
    __device__ static void sync() { __syncthreads(); }
    template <class T>
    __device__ static void copy_async(T* to, T const* from)
    {
        *to = *from;
    }
    __device__ static void wait_copies() {}
};
#endif

MOE_END_ISA
