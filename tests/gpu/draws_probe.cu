#include "tests/gpu/draws_probe.h"

#include "kernels/core/lanes.h"
#include "kernels/cuda/buffer.h"
#include "kernels/cuda/launch.h"

namespace moerate
{
namespace
{

constexpr int threads = 32; // WarpLanes are those of one warp

__global__ void draw(StreamKey key, Stream stream, std::uint64_t from, int count, Draw* out)
{
    for (int i = WarpLanes<false>::rank(); i < count; i += WarpLanes<false>::size()) {
        out[i].words = philox(key, stream, from + static_cast<std::uint64_t>(i));
        for (int q = 0; q < 4; ++q)
            out[i].uniform[q] = uniform_pm1(out[i].words.w[q]);
        out[i].normal = normals(out[i].words);
    }
}

__global__ void order_rows(StreamKey key, std::uint32_t epoch, std::uint32_t n, std::uint32_t* rows)
{
    fill_order(WarpLanes<false>{}, make_order(key, epoch, n), 0, static_cast<int>(n), rows);
}

} // namespace

std::vector<Draw> gpu_draws(StreamKey const& key, Stream stream, std::uint64_t from, int count)
{
    std::vector<Draw> draws(static_cast<std::size_t>(count));
    CudaBuffer<Draw> const memory(draws.size());
    MOE_CUDA_LAUNCH((LaunchShape{1, threads}), draw, key, stream, from, count, memory.data());
    cuda_download(draws.data(), memory.data(), draws.size() * sizeof(Draw));
    return draws;
}

std::vector<std::uint32_t> gpu_order(StreamKey const& key, std::uint32_t epoch, std::uint32_t n)
{
    std::vector<std::uint32_t> rows(n);
    CudaBuffer<std::uint32_t> const memory(rows.size());
    MOE_CUDA_LAUNCH((LaunchShape{1, threads}), order_rows, key, epoch, n, memory.data());
    cuda_download(rows.data(), memory.data(), rows.size() * sizeof(std::uint32_t));
    return rows;
}

} // namespace moerate
