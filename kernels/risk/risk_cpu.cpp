#include "kernels/risk/risk_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template <>
CpuEntry<RiskTask<float>> cpu_entry()
{
    return serial_entry<RiskTask<float>>();
}

template <>
CpuEntry<RiskTask<double>> cpu_entry()
{
    return serial_entry<RiskTask<double>>();
}

MOE_END_ISA
