#include "kernels/lse/linearize_one.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<LinearizeTask<float>>();
template CpuEntry cpu_entry<LinearizeTask<double>>();

MOE_END_ISA
