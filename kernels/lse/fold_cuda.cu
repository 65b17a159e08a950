#include "kernels/lse/fold_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(FoldTask const*, std::size_t);

} // namespace moerate
