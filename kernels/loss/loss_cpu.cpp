#include "kernels/loss/loss_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<LossTask>();

MOE_END_ISA
