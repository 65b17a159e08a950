#include "tests/task/own/own_one.h"

#include "kernels/cuda/task_list.h"
#include "tests/gpu/own_gpu.h"

namespace moerate
{

template double cuda_run(DotTask<float> const*, std::size_t);
template double cuda_run(DotTask<double> const*, std::size_t);

SharedLimits dot_limits()
{
    cudaFuncAttributes attributes{};
    MOE_CUDA_CHECK(cudaFuncGetAttributes(&attributes, run_tasks<DotTask<float>, false>));
    return {static_cast<std::size_t>(attributes.maxDynamicSharedSizeBytes), shared_limit()};
}

} // namespace moerate
