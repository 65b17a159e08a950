#include "kernels/start/start_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<StartTask<float>>();
template CpuEntry cpu_entry<StartTask<double>>();

MOE_END_ISA
