#include "kernels/data/generate_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(GenerateTask<float> const*, std::size_t);
template double cuda_run(GenerateTask<double> const*, std::size_t);

} // namespace moerate
