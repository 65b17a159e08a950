#include "kernels/loss/loss_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(LossTask<float> const*, std::size_t);
template double cuda_run(LossTask<double> const*, std::size_t);

} // namespace moerate
