#include "kernels/data/generate_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template <>
void cuda_run(std::vector<GenerateTask<float>> const& tasks)
{
    run_list(tasks);
}

template <>
void cuda_run(std::vector<GenerateTask<double>> const& tasks)
{
    run_list(tasks);
}

} // namespace moerate
