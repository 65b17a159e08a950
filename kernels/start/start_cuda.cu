#include "kernels/start/start_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(StartTask<float> const*, std::size_t);
template double cuda_run(StartTask<double> const*, std::size_t);

} // namespace moerate
