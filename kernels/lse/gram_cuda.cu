#include "kernels/lse/gram_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(GramTask<float> const*, std::size_t);
template double cuda_run(GramTask<double> const*, std::size_t);
template double cuda_run(GramTask<double, float> const*, std::size_t);

} // namespace moerate
