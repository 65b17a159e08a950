#include "kernels/data/generate_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template <>
CpuEntry<GenerateTask<float>> cpu_entry()
{
    return serial_entry<GenerateTask<float>>();
}

template <>
CpuEntry<GenerateTask<double>> cpu_entry()
{
    return serial_entry<GenerateTask<double>>();
}

MOE_END_ISA
