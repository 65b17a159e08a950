#include "kernels/model/shared.h"

MOE_BEGIN_ISA

MOE_SHARED(, float)
MOE_SHARED(, double)

MOE_END_ISA
