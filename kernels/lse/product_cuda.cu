// The products of factors by cuBLAS: one batched call a task, of the sizes that the task says.

#include "kernels/lse/product_api.h"

#if __has_include(<cublas_v2.h>)
#include "kernels/cuda/cublas.h"

#include <chrono>
#endif

#include "kernels/cuda/cuda_api.h"

namespace moerate
{
namespace
{

#if __has_include(<cublas_v2.h>)
/// A matrix by rows is its transpose by columns, as which cuBLAS takes it: out^T = right left^T.
void multiply(Cublas const& library, cublasHandle_t handle, ProductTask const& task)
{
    double const one = 1;
    double const before = task.adds == 0 ? 0 : 1;
    auto const next_factors = static_cast<long long>(task.next_factors);
    MOE_CUBLAS_CHECK(library,
                     multiply(handle, CUBLAS_OP_T, CUBLAS_OP_N, task.columns, task.rows,
                              task.samples, &one, task.right, task.samples, next_factors, task.left,
                              task.samples, next_factors, &before, task.out, task.stride,
                              static_cast<long long>(task.next_sums), task.fits));
}

double multiply(ProductTask const* tasks, std::size_t count)
{
    Cublas const& library = Cublas::get();
    cublasHandle_t const handle = cublas_handle();
    auto const begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i)
        multiply(library, handle, tasks[i]);
    MOE_CUDA_CHECK(cudaDeviceSynchronize());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}
#else
double multiply(ProductTask const*, std::size_t)
{
    throw CudaLibraryError("this build has no cuBLAS (the compiler found no cublas_v2.h)");
}
#endif

} // namespace

template <class Task>
double cuda_run(Task const* tasks, std::size_t count)
{
    return multiply(tasks, count);
}
template double cuda_run(ProductTask const*, std::size_t);

} // namespace moerate
