#pragma once

#include "kernels/core/hd.h"
#include <cmath>
MOE_BEGIN_ISA
namespace math
{
template <class Real> MOE_HD inline Real exp(Real x) { return std::exp(x); }
template <class Real> MOE_HD inline Real log(Real x) { return std::log(x); }
}
MOE_END_ISA
