#include "kernels/data/generate_one.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<GenerateTask<float>>();
template CpuEntry cpu_entry<GenerateTask<double>>();

MOE_END_ISA
