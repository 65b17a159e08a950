#include "kernels/loss/loss_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(LossTask const*, std::size_t);

} // namespace moerate
