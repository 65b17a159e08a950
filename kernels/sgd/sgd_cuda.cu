#include "kernels/sgd/sgd_one.h"

#include "kernels/cuda/task_list.h"

MOE_BEGIN_ISA
namespace
{

/// outcome->seconds = seconds * (the task's part of the launch's work); one block.
template <class Real>
__global__ void share_time(SgdTask<Real> const* tasks, int count, double seconds_per_cost)
{
    WarpLanes<false> const lanes;
    for (int i = lanes.rank(); i < count; i += lanes.size())
        tasks[i].outcome->seconds = seconds_per_cost * cost(tasks[i]);
}

/// Runs the fits, which end at unlike times inside of one launch, and shares its time out by their
/// work.
template <class Real>
void run_fits(std::vector<SgdTask<Real>> const& tasks, char const* file = __builtin_FILE(),
              int line = __builtin_LINE())
{
    if (tasks.empty())
        return;
    double total = 0;
    for (SgdTask<Real> const& task : tasks)
        total += cost(task);
    TaskList<SgdTask<Real>> const list(tasks);
    double const seconds = list.run(file, line);
    MOE_CUDA_LAUNCH((LaunchShape{1, threads_per_task}), share_time<Real>, list.data(), list.size(),
                    seconds / total);
    MOE_CUDA_CHECK(cudaDeviceSynchronize());
}

} // namespace
MOE_END_ISA

namespace moerate
{

template <>
void cuda_run(std::vector<SgdTask<float>> const& tasks)
{
    run_fits(tasks);
}

template <>
void cuda_run(std::vector<SgdTask<double>> const& tasks)
{
    run_fits(tasks);
}

} // namespace moerate
