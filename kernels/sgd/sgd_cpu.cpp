#include "kernels/sgd/sgd_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template <>
CpuEntry<SgdTask<float>> cpu_entry()
{
    return serial_entry<SgdTask<float>>();
}

template <>
CpuEntry<SgdTask<double>> cpu_entry()
{
    return serial_entry<SgdTask<double>>();
}

MOE_END_ISA
