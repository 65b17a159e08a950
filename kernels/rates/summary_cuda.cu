#include "kernels/rates/summary_one.h"

#include "kernels/cuda/task_list.h"

#include <cub/device/device_segmented_radix_sort.cuh>

namespace moerate
{
namespace
{

/// All cells side by side, as CUB takes them.
struct Segments
{
    std::vector<int> offset{0}; ///< [cells + 1]
    CudaBuffer<double> value;
    CudaBuffer<int> index;

    static std::vector<int> offsets(std::vector<SummaryTask> const& tasks)
    {
        std::vector<int> offset{0};
        for (SummaryTask const& task : tasks)
            offset.push_back(offset.back() + task.size);
        return offset;
    }

    explicit Segments(std::vector<SummaryTask> const& tasks)
        : offset(offsets(tasks)), value(static_cast<std::size_t>(offset.back())),
          index(static_cast<std::size_t>(offset.back()))
    {}
};

template <class T>
void copy(T* to, T const* from, int size)
{
    MOE_CUDA_CHECK(cudaMemcpyAsync(to, from, static_cast<std::size_t>(size) * sizeof(T),
                                   cudaMemcpyDeviceToDevice));
}

/// Makes the values of each cell ascending; equal ones keep their order.
void sort_values(std::vector<SummaryTask> const& tasks)
{
    Segments const in(tasks), out(tasks);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        copy(in.value.data() + in.offset[i], tasks[i].value, tasks[i].size);
        copy(in.index.data() + in.offset[i], tasks[i].index, tasks[i].size);
    }
    CudaBuffer<int> const offset(in.offset);
    auto const sort = [&](void* memory, std::size_t& bytes) {
        MOE_CUDA_CHECK(cub::DeviceSegmentedRadixSort::SortPairs(
            memory, bytes, in.value.data(), out.value.data(), in.index.data(), out.index.data(),
            in.offset.back(), static_cast<int>(tasks.size()), offset.data(), offset.data() + 1));
    };
    std::size_t bytes = 0;
    sort(nullptr, bytes);
    CudaBuffer<char> const memory(bytes);
    sort(memory.data(), bytes);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        copy(tasks[i].value, out.value.data() + out.offset[i], tasks[i].size);
        copy(tasks[i].index, out.index.data() + out.offset[i], tasks[i].size);
    }
    MOE_CUDA_CHECK(cudaDeviceSynchronize()); // the buffers go
}

} // namespace

template <>
double cuda_run(SummaryTask const* tasks, std::size_t count)
{
    if (count == 0)
        return 0;
    auto const begin = std::chrono::steady_clock::now();
    sort_values({tasks, tasks + count});
    std::chrono::duration<double> const sorting = std::chrono::steady_clock::now() - begin;
    return sorting.count() + run_list(tasks, count);
}

} // namespace moerate
