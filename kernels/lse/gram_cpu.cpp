#include "kernels/lse/gram_one.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<GramTask<float>>();
template CpuEntry cpu_entry<GramTask<double>>();
template CpuEntry cpu_entry<GramTask<double, float>>();

MOE_END_ISA
