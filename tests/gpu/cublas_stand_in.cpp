// A library with the calls of cuBLAS that the kernels make, for an emulator whose device memory is
// the host's (tools/ptx-check): products as their definition says them. Never linked, and found by
// nobody who does not look into its folder.

#include <cublas_v2.h>

namespace
{
cublasContext* const any_handle = reinterpret_cast<cublasContext*>(alignof(double));
}

extern "C" cublasStatus_t cublasCreate_v2(cublasHandle_t* handle)
{
    *handle = any_handle;
    return CUBLAS_STATUS_SUCCESS;
}

extern "C" cublasStatus_t cublasDestroy_v2(cublasHandle_t handle)
{
    return handle == any_handle ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}

extern "C" cublasStatus_t cublasSetMathMode(cublasHandle_t, cublasMath_t)
{
    return CUBLAS_STATUS_SUCCESS;
}

extern "C" char const* cublasGetStatusName(cublasStatus_t)
{
    return "refused by the stand-in of cuBLAS";
}

/// C = alpha A^T B + beta C by columns, the only form that is asked for.
extern "C" cublasStatus_t cublasDgemmStridedBatched(cublasHandle_t handle, cublasOperation_t of_a,
                                                    cublasOperation_t of_b, int m, int n, int k,
                                                    double const* alpha, double const* a, int lda,
                                                    long long next_a, double const* b, int ldb,
                                                    long long next_b, double const* beta, double* c,
                                                    int ldc, long long next_c, int count)
{
    if (handle != any_handle || of_a != CUBLAS_OP_T || of_b != CUBLAS_OP_N || m < 1 || n < 1 ||
        k < 1 || lda < k || ldb < k || ldc < m || count < 1)
        return CUBLAS_STATUS_INVALID_VALUE;
    for (int g = 0; g < count; ++g, a += next_a, b += next_b, c += next_c) {
        for (int j = 0; j < n; ++j) {
            for (int i = 0; i < m; ++i) {
                double const* const left = a + static_cast<long long>(i) * lda;
                double const* const right = b + static_cast<long long>(j) * ldb;
                double sum = 0;
#pragma omp simd reduction(+ : sum)
                for (int t = 0; t < k; ++t)
                    sum += left[t] * right[t];
                double& out = c[static_cast<long long>(j) * ldc + i];
                out = *alpha * sum + (*beta == 0 ? 0 : *beta * out);
            }
        }
    }
    return CUBLAS_STATUS_SUCCESS;
}
