#include "kernels/evaluate/evaluate_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(EvaluateTask<float> const*, std::size_t);
template double cuda_run(EvaluateTask<double> const*, std::size_t);

} // namespace moerate
