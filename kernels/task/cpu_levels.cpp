#include "kernels/task/cpu_table.h"

// Compiled with the levels that a build has (MOE_LEVELS in CMakeLists.txt), and with no code of
// any.
namespace moerate
{

std::vector<CpuLevel> const& cpu_levels()
{
    static std::vector<CpuLevel> const levels = {
#if defined(MOE_LEVEL_V4)
        {level_v4, cpu_table_v4},
#else
        {level_v4, nullptr},
#endif
#if defined(MOE_LEVEL_V3)
        {level_v3, cpu_table_v3},
#else
        {level_v3, nullptr},
#endif
    };
    return levels;
}

} // namespace moerate
