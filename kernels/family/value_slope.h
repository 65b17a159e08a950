#pragma once

#include "kernels/core/hd.h"

MOE_BEGIN_ISA

/// A function's value and derivative at one point.
template <class Real>
struct ValueSlope
{
    Real value;
    Real slope;
};

MOE_END_ISA
