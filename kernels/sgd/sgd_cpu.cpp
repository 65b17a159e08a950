#include "kernels/sgd/sgd_one.h"

#include "kernels/model/shared.h"
#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<SgdTask<float>>();
template CpuEntry cpu_entry<SgdTask<double>>();

MOE_END_ISA
