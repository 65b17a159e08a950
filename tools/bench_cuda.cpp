/// @file
/// The ceiling of a CUDA device: products by cuBLAS in plain single precision.

#include "kernels/cuda/buffer.h"
#include "kernels/cuda/check.h"
#include "tools/bench.h"

#include <cublas_v2.h>
#include <fmt/format.h>

#include <random>

namespace moerate
{
namespace
{

/// Throws CudaError with file, line, call and cuBLAS's reason unless `code` is success.
void check_cublas(cublasStatus_t code, char const* call, char const* file, int line)
{
    if (code != CUBLAS_STATUS_SUCCESS)
        throw CudaError(fmt::format("{}:{}: {}: {}, {}", file, line, call,
                                    cublasGetStatusName(code), cublasGetStatusString(code)));
}

#define MOE_CUBLAS_CHECK(call) check_cublas((call), #call, __FILE__, __LINE__)

/// Calls f; a failure of the device becomes the bench's exit code 5.
template <class F>
auto on_device(F const& f)
{
    try {
        return f();
    } catch (CudaError const& error) {
        throw DeviceError(fmt::format("the device failed ({}); run again", error.what()));
    }
}

class CudaCeiling final : public Ceiling
{
public:
    CudaCeiling() : a_(random_numbers()), c_(size)
    {
        cublasHandle_t handle = nullptr;
        MOE_CUBLAS_CHECK(cublasCreate(&handle));
        handle_.reset(handle);
        // Plain FP32 throughout: neither TF32 nor split products.
        MOE_CUBLAS_CHECK(cublasSetMathMode(handle, CUBLAS_PEDANTIC_MATH));
    }

    std::string text() const override
    {
        return fmt::format("{}^3 SGEMM of cuBLAS, pedantic FP32", m);
    }
    std::size_t bytes() const override { return 2 * size * sizeof(float); }

    double product() override
    {
        double const seconds = on_device([&] { return time(3, [&] { multiply(); }); });
        return 2.0 * m * m * m / seconds;
    }
    double gram(int n, int p) override
    {
        double const seconds = on_device([&] {
            CudaBuffer<double> const j(std::vector<double>(std::size_t(n) * p, 0.5));
            CudaBuffer<double> const h(std::size_t(p) * p);
            double const one = 1, zero = 0;
            return time(3, [&] {
                MOE_CUBLAS_CHECK(cublasDsyrk(handle_.get(), CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, p,
                                             n, &one, j.data(), p, &zero, h.data(), p));
            });
        });
        return 1.0 * n * p * p / seconds;
    }
    double copy() override
    {
        double const seconds = on_device([&] {
            return time(16, [&] {
                MOE_CUDA_CHECK(cudaMemcpyAsync(c_.data(), a_.data(), size * sizeof(float),
                                               cudaMemcpyDeviceToDevice));
            });
        });
        return 2.0 * size * sizeof(float) / seconds;
    }

private:
    static constexpr int m = 8192;
    static constexpr std::size_t size = std::size_t(m) * m;

    struct Destroy
    {
        void operator()(cublasHandle_t handle) const { cublasDestroy(handle); }
    };

    /// Uniform on [-1, 1): a product of constants draws less power, and so runs at a higher clock
    /// than work on data.
    static std::vector<float> random_numbers()
    {
        std::vector<float> values(size);
        std::minstd_rand draw;
        for (float& value : values)
            value = static_cast<float>(draw()) * 0x1p-30F - 1.0F;
        return values;
    }

    void multiply()
    {
        float const one = 1, zero = 0;
        MOE_CUBLAS_CHECK(cublasSgemm(handle_.get(), CUBLAS_OP_N, CUBLAS_OP_N, m, m, m, &one,
                                     a_.data(), m, a_.data(), m, &zero, c_.data(), m));
    }

    /// Seconds of one of `count` finished calls, after one that wakes the device up.
    template <class F>
    static double time(int count, F const& call)
    {
        call();
        MOE_CUDA_CHECK(cudaDeviceSynchronize());
        double const begin = now();
        for (int i = 0; i < count; ++i)
            call();
        MOE_CUDA_CHECK(cudaDeviceSynchronize());
        return (now() - begin) / count;
    }

    CudaBuffer<float> a_, c_;
    std::unique_ptr<cublasContext, Destroy> handle_;
};

} // namespace

std::unique_ptr<Ceiling> make_cuda_ceiling()
{
    return on_device([] { return std::make_unique<CudaCeiling>(); });
}

} // namespace moerate
