#pragma once

/// @file
/// Copying between packed and padded row-major matrices.

#include "kernels/core/lanes.h"

MOE_BEGIN_ISA

/// to[i * to_stride + f] = from[i * from_stride + f], i < rows, f < width. Call sync before another
/// lane reads `to`.
template <class Real, class Lanes>
MOE_HD void copy_rows(Lanes lanes, int rows, int width, Real const* from, int from_stride, Real* to,
                      int to_stride)
{
    if (from_stride == width && to_stride == width) { // one long row
        MOE_SIMD
        for (int i = lanes.rank(); i < rows * width; i += lanes.size())
            to[i] = from[i];
    } else if constexpr (Lanes::serial) { // no division an entry
        for (int i = 0; i < rows; ++i) {
            MOE_SIMD
            for (int f = 0; f < width; ++f)
                to[i * to_stride + f] = from[i * from_stride + f];
        }
    } else {
        for (int i = lanes.rank(); i < rows * width; i += lanes.size())
            to[i / width * to_stride + i % width] = from[i / width * from_stride + i % width];
    }
}

MOE_END_ISA
