#include "kernels/task/cpu_table.h"

#include "kernels/task/cpu_entries.h"

namespace moerate
{

#if defined(__AVX512F__)
CpuTable const& cpu_table_v4()
{
    static constexpr char const* level = "x86-64-v4";
#else
CpuTable const& cpu_table_v3()
{
    static constexpr char const* level = "x86-64-v3";
#endif
    static CpuTable const table{level,
                                {cpu_entry<GenerateTask<float>>(),
                                 cpu_entry<GenerateTask<double>>(), cpu_entry<StartTask<float>>(),
                                 cpu_entry<StartTask<double>>(), cpu_entry<SgdTask<float>>(),
                                 cpu_entry<SgdTask<double>>(), cpu_entry<EvaluateTask<float>>(),
                                 cpu_entry<EvaluateTask<double>>(), cpu_entry<RiskTask<float>>(),
                                 cpu_entry<RiskTask<double>>(), cpu_entry<LossTask>(),
                                 cpu_entry<SummaryTask>(), cpu_entry<ResampleTask>()}};
    return table;
}

} // namespace moerate
