#include "kernels/task/cpu_entries.h"
#include "kernels/task/tasks.h"

namespace moerate
{

#if defined(__AVX512F__)
CpuTable cpu_table_v4()
#else
CpuTable cpu_table_v3()
#endif
{
    return cpu_table_of(Tasks{});
}

} // namespace moerate
