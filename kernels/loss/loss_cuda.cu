#include "kernels/loss/loss_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template <>
void cuda_run(std::vector<LossTask> const& tasks)
{
    run_list(tasks);
}

} // namespace moerate
