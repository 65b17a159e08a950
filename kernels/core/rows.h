#pragma once

/// @file
/// Copying between packed and padded row-major matrices.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"

MOE_BEGIN_ISA

/// to[i * to_stride + f] = from[i * from_stride + f], i < rows, f < width. Call sync before another
/// lane reads `to`.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void copy_rows(Lanes lanes, int rows, int width, Real const* from, int from_stride,
                               Real* to, int to_stride)
{
    MOE_EXPECT(width <= from_stride && width <= to_stride);
    if (from_stride == width && to_stride == width) { // one long row
        MOE_SIMD
        for (int i = lanes.rank(); i < rows * width; i += lanes.size())
            to[i] = from[i];
    } else { // row by row, without a division an entry
        for (int i = 0; i < rows; ++i) {
            MOE_SIMD
            for (int f = lanes.rank(); f < width; f += lanes.size())
                to[i * to_stride + f] = from[i * from_stride + f];
        }
    }
}

MOE_END_ISA
