#include "kernels/evaluate/evaluate_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template <>
void cuda_run(std::vector<EvaluateTask<float>> const& tasks)
{
    run_list(tasks);
}

template <>
void cuda_run(std::vector<EvaluateTask<double>> const& tasks)
{
    run_list(tasks);
}

} // namespace moerate
