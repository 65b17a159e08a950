#include "kernels/loss/loss_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<LossTask<float>>();
template CpuEntry cpu_entry<LossTask<double>>();

MOE_END_ISA
