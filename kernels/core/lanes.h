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
/// Lanes with `matrices` true come 32 at a time, warp by warp, and have multiply_add(left, right,
/// sum) of a warp: sum [16][8] += left [16][8] right [8][8] in float64. Of lane l = rank() % 32
/// with g = l / 4 and t = l % 4 are left (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4), right (t,
/// g), (t + 4, g) and sum (g, 2 t), (g, 2 t + 1), (g + 8, 2 t), (g + 8, 2 t + 1).
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
    static constexpr bool matrices = false;
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
    static constexpr bool matrices = false;
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

/// The threads of a block of several warps, one task a block: the plain text in any memory, which
/// the hardware can fill while the block goes on where it is shared.
template <int warps>
struct BlockLanes
{
    static constexpr bool serial = false;
    static constexpr bool warp = false;
    static constexpr bool matrices = true;
    static constexpr bool copied_maps = false;
    __device__ static int rank() { return static_cast<int>(threadIdx.x); }
    __device__ static constexpr int size() { return 32 * warps; }
    __device__ static void sync() { __syncthreads(); }
    template <class T>
    __device__ static void copy_async(T* to, T const* from)
    {
        if (__isShared(to))
            __pipeline_memcpy_async(to, from, sizeof(T));
        else
            *to = *from;
    }
    __device__ static void wait_copies()
    {
        __pipeline_commit();
        __pipeline_wait_prior(0);
    }
    __device__ static void multiply_add(double const (&left)[4], double const (&right)[2],
                                        double (&sum)[4])
    {
#if __CUDA_ARCH__ >= 900
        asm volatile("mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 {%0, %1, %2, %3}, "
                     "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                     : "+d"(sum[0]), "+d"(sum[1]), "+d"(sum[2]), "+d"(sum[3])
                     : "d"(left[0]), "d"(left[1]), "d"(left[2]), "d"(left[3]), "d"(right[0]),
                       "d"(right[1]));
#else
        for (int i = 0; i < 4; ++i)
            asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, "
                         "{%0, %1};"
                         : "+d"(sum[i % 2 * 2]), "+d"(sum[i % 2 * 2 + 1])
                         : "d"(left[i]), "d"(right[i / 2]));
#endif
    }
};
#endif

MOE_END_ISA
