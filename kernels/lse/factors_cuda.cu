#include "kernels/lse/factors_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(FactorsTask const*, std::size_t);

} // namespace moerate
