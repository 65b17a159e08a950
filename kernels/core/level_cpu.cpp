#include "kernels/core/level.h"

MOE_BEGIN_ISA

char const* level_name()
{
#if defined(__AVX512F__)
    return "x86-64-v4";
#else
    return "x86-64-v3";
#endif
}

MOE_END_ISA
