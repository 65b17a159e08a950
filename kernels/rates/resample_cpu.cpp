#include "kernels/rates/resample_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<ResampleTask>();

MOE_END_ISA
