#include "kernels/lse/factors_one.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<FactorsTask>();

MOE_END_ISA
