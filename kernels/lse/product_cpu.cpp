#include "kernels/lse/product_one.h"

#include "kernels/task/serial_entry.h"

MOE_BEGIN_ISA

template CpuEntry cpu_entry<ProductTask>();

MOE_END_ISA
