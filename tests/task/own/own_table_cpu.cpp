// kernels/task/table_cpu.cpp for the longer list.

#include "kernels/task/cpu_entries.h"
#include "tests/task/own/own_tasks.h"

namespace moerate
{

#if defined(__AVX512F__)
CpuTable own_table_v4()
#else
CpuTable own_table_v3()
#endif
{
    return cpu_table_of(OwnTasks{});
}

} // namespace moerate
