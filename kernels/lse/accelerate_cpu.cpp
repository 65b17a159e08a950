#include "kernels/lse/accelerate_one.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<AccelerateTask>();

MOE_END_ISA
