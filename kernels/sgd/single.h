#pragma once

/// @file
/// Minibatches of one sample: any lanes but a CPU thread's take them as others.

#include "kernels/model/stage.h"

MOE_BEGIN_ISA

template <class Real, class Lanes, class = void>
struct SingleSteps
{
    MOE_HD MOE_FLAT SingleSteps(Scratch&, Shape const&, int) {}
};

MOE_END_ISA

#if !defined(__CUDACC__)
#include "kernels/sgd/single_serial.h"
#endif
