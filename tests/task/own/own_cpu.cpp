#include "tests/task/own/own_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<DotTask<float>>();
template CpuEntry cpu_entry<DotTask<double>>();

MOE_END_ISA
