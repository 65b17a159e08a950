#include "kernels/rates/resample_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(ResampleTask const*, std::size_t);

} // namespace moerate
