#include "kernels/start/start_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template <>
CpuEntry<StartTask<float>> cpu_entry()
{
    return serial_entry<StartTask<float>>();
}

template <>
CpuEntry<StartTask<double>> cpu_entry()
{
    return serial_entry<StartTask<double>>();
}

MOE_END_ISA
