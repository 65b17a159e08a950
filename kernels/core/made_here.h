#pragma once

/// @file
/// Keeping what is made of a number out of the registers of other loops.

#include "kernels/core/hd.h"

MOE_BEGIN_ISA

/// The same number or place, which nvcc takes for another one each time: what is made of it,
/// addresses mostly, is made where it is used, and no register keeps it through all other loops.
MOE_HD MOE_INLINE int made_here(int number)
{
#if defined(__CUDA_ARCH__)
    asm volatile("" : "+r"(number));
#endif
    return number;
}

template <class T>
MOE_HD MOE_INLINE T const* made_here(T const* place)
{
#if defined(__CUDA_ARCH__)
    asm volatile("" : "+l"(place));
#endif
    return place;
}

MOE_END_ISA
