#include "kernels/evaluate/evaluate_one.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<EvaluateTask<float>>();
template CpuEntry cpu_entry<EvaluateTask<double>>();

MOE_END_ISA
