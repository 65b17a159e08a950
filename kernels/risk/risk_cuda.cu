#include "kernels/risk/risk_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template <>
void cuda_run(std::vector<RiskTask<float>> const& tasks)
{
    run_list(tasks);
}

template <>
void cuda_run(std::vector<RiskTask<double>> const& tasks)
{
    run_list(tasks);
}

} // namespace moerate
