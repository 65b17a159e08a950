#include "kernels/risk/risk_one.h"
#include "kernels/risk/risk_serial.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<RiskTask<float>>();
template CpuEntry cpu_entry<RiskTask<double>>();

MOE_END_ISA
