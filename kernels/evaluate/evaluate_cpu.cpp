#include "kernels/evaluate/evaluate_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template <>
CpuEntry<EvaluateTask<float>> cpu_entry()
{
    return serial_entry<EvaluateTask<float>>();
}

template <>
CpuEntry<EvaluateTask<double>> cpu_entry()
{
    return serial_entry<EvaluateTask<double>>();
}

MOE_END_ISA
