/// @file
/// Devices and their memory.

#include "kernels/cuda/launch.h"

namespace moerate
{
namespace
{

__global__ void do_nothing(int) {}

} // namespace

int cuda_driver()
{
    int version = 0;
    MOE_CUDA_CHECK(cudaDriverGetVersion(&version));
    return version;
}

int cuda_runtime()
{
    int version = 0;
    MOE_CUDA_CHECK(cudaRuntimeGetVersion(&version));
    return version;
}

int cuda_count()
{
    int count = 0;
    cudaError_t const code = cudaGetDeviceCount(&count);
    if (code == cudaErrorNoDevice) {
        check_cuda_noexcept(code);
        return 0;
    }
    check_cuda(code, "cudaGetDeviceCount(&count)", __FILE__, __LINE__);
    return count;
}

CudaBoard cuda_board(int index)
{
    cudaDeviceProp properties{};
    MOE_CUDA_CHECK(cudaGetDeviceProperties(&properties, index));
    int ratio = 0;
    MOE_CUDA_CHECK(
        cudaDeviceGetAttribute(&ratio, cudaDevAttrSingleToDoublePrecisionPerfRatio, index));
    return {
        properties.name, properties.major,         properties.minor, properties.multiProcessorCount,
        ratio,           properties.totalGlobalMem};
}

void cuda_select(int index)
{
    MOE_CUDA_CHECK(cudaSetDevice(index));
}

void cuda_probe()
{
    MOE_CUDA_LAUNCH((LaunchShape{1, 1}), do_nothing, 0);
    MOE_CUDA_CHECK(cudaDeviceSynchronize());
}

std::size_t cuda_free_bytes()
{
    std::size_t free = 0;
    std::size_t total = 0;
    MOE_CUDA_CHECK(cudaMemGetInfo(&free, &total));
    return free;
}

void* cuda_allocate(std::size_t bytes)
{
    void* memory = nullptr;
    MOE_CUDA_CHECK(cudaMalloc(&memory, bytes));
    return memory;
}

void cuda_release(void* memory) noexcept
{
    check_cuda_noexcept(cudaFree(memory));
}

void cuda_upload(void* to, void const* from, std::size_t bytes)
{
    MOE_CUDA_CHECK(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice));
}

void cuda_download(void* to, void const* from, std::size_t bytes)
{
    MOE_CUDA_CHECK(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost));
}

void cuda_copy(void* to, void const* from, std::size_t bytes)
{
    MOE_CUDA_CHECK(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToDevice));
}

} // namespace moerate
