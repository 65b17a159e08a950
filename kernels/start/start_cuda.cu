#include "kernels/start/start_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template <>
void cuda_run(std::vector<StartTask<float>> const& tasks)
{
    run_list(tasks);
}

template <>
void cuda_run(std::vector<StartTask<double>> const& tasks)
{
    run_list(tasks);
}

} // namespace moerate
