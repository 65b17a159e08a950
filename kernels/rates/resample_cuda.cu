#include "kernels/rates/resample_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template <>
void cuda_run(std::vector<ResampleTask> const& tasks)
{
    run_list(tasks);
}

} // namespace moerate
