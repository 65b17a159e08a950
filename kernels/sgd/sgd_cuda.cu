#include "kernels/sgd/sgd_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(SgdTask<float> const*, std::size_t);
template double cuda_run(SgdTask<double> const*, std::size_t);

} // namespace moerate
