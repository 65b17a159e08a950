#include "kernels/lse/accelerate_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(AccelerateTask const*, std::size_t);

} // namespace moerate
