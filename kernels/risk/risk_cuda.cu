#include "kernels/risk/risk_one.h"

#include "kernels/cuda/task_list.h"

namespace moerate
{

template double cuda_run(RiskTask<float> const*, std::size_t);
template double cuda_run(RiskTask<double> const*, std::size_t);

} // namespace moerate
