#include "kernels/lse/step_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(StepTask const*, std::size_t);

} // namespace moerate
