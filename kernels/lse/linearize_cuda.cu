#include "kernels/lse/linearize_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(LinearizeTask<float> const*, std::size_t);
template double cuda_run(LinearizeTask<double> const*, std::size_t);

} // namespace moerate
