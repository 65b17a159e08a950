#pragma once

/// @file
/// Runs a list of tasks on the selected device, one block a task. Include it after the *_one.h,
/// which overloads scratch_bytes<Lanes>(task) and run_one(lanes, task, scratch) for its task.

#include "kernels/core/cost.h"
#include "kernels/core/lanes.h"
#include "kernels/cuda/buffer.h"
#include "kernels/cuda/launch.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

MOE_BEGIN_ISA

/// Threads of the block that does a task: one warp, which never waits for another one. Blocks are
/// handed out one by one, so that a long task holds nobody up.
constexpr int threads_per_task = 32;

/// Warps of one multiprocessor that the registers are shared out for. Their working memory, some 20
/// KiB for d = 32, lets about as many stand side by side.
constexpr int resident_warps = 12;

/// Does tasks[block] in shared memory.
template <class Task>
__global__ void __launch_bounds__(threads_per_task, resident_warps) run_tasks(Task const* tasks)
{
    extern __shared__ __align__(64) char shared_memory[];
    run_one(WarpLanes<true>{}, tasks[blockIdx.x], shared_memory);
}

/// Does tasks[block], tasks[block + blocks], ... < count, each block in its own `bytes` of
/// `memory`.
template <class Task>
__global__ void __launch_bounds__(threads_per_task, resident_warps)
    run_large_tasks(Task const* tasks, int count, char* memory, std::size_t bytes)
{
    for (int i = static_cast<int>(blockIdx.x); i < count; i += static_cast<int>(gridDim.x))
        run_one(WarpLanes<false>{}, tasks[i], memory + blockIdx.x * bytes);
}

/// Dynamic shared memory that a block of the selected device can have.
inline std::size_t shared_limit()
{
    int device = 0;
    int bytes = 0;
    MOE_CUDA_CHECK(cudaGetDevice(&device));
    MOE_CUDA_CHECK(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
    return static_cast<std::size_t>(bytes);
}

/// Blocks of a kernel without dynamic shared memory that the selected device can hold at once.
template <class... Parameter>
int resident_blocks(void (*kernel)(Parameter...))
{
    int device = 0;
    int processors = 0;
    int blocks = 0;
    MOE_CUDA_CHECK(cudaGetDevice(&device));
    MOE_CUDA_CHECK(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device));
    MOE_CUDA_CHECK(
        cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads_per_task, 0));
    return processors * std::max(1, blocks);
}

/// A list of tasks on the device: first those that work in shared memory, then those that need more
/// than it holds and work in global memory; in both the largest first.
template <class Task>
class TaskList
{
    static_assert(std::is_trivially_copyable_v<Task>, "tasks are copied byte by byte");

public:
    /// Copies `tasks` to the selected device. Throws CudaError.
    explicit TaskList(std::vector<Task> const& tasks)
        : TaskList(tasks, needs_of(tasks), shared_limit())
    {}

    Task const* data() const { return tasks_.data(); }
    int size() const { return in_shared_ + in_global_; }

    /// Does all tasks and waits for them; returns the seconds that took. Throws CudaError naming
    /// `file` and `line`.
    double run(char const* file, int line) const
    {
        auto const begin = std::chrono::steady_clock::now();
        if (in_shared_ > 0) {
            check_cuda(cudaFuncSetAttribute(run_tasks<Task>,
                                            cudaFuncAttributeMaxDynamicSharedMemorySize,
                                            static_cast<int>(shared_bytes_)),
                       "cudaFuncSetAttribute(run_tasks, MaxDynamicSharedMemorySize)", file, line);
            launch("run_tasks", file, line, {in_shared_, threads_per_task, shared_bytes_},
                   run_tasks<Task>, data());
        }
        int const blocks =
            in_global_ > 0 ? std::min(in_global_, resident_blocks(run_large_tasks<Task>)) : 0;
        CudaBuffer<char> const memory(static_cast<std::size_t>(blocks) * global_bytes_);
        if (in_global_ > 0)
            launch("run_large_tasks", file, line, {blocks, threads_per_task}, run_large_tasks<Task>,
                   data() + in_shared_, in_global_, memory.data(), global_bytes_);
        check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize() after run_tasks", file, line);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }

private:
    using Bytes = std::vector<std::size_t>;

    /// Working memory of each task.
    static Bytes needs_of(std::vector<Task> const& tasks)
    {
        Bytes needs;
        for (Task const& task : tasks)
            needs.push_back(scratch_bytes<WarpLanes<true>>(task));
        return needs;
    }

    TaskList(std::vector<Task> const& tasks, Bytes const& needs, std::size_t limit)
        : tasks_(sorted(tasks, needs, limit))
    {
        for (std::size_t const need : needs) {
            bool const fits = need <= limit;
            ++(fits ? in_shared_ : in_global_);
            std::size_t& most = fits ? shared_bytes_ : global_bytes_;
            most = std::max(most, need);
        }
    }

    static std::vector<Task> sorted(std::vector<Task> const& tasks, Bytes const& needs,
                                    std::size_t limit)
    {
        std::vector<std::size_t> order(tasks.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            if ((needs[a] <= limit) != (needs[b] <= limit))
                return needs[a] <= limit;
            return cost(tasks[a]) > cost(tasks[b]);
        });
        std::vector<Task> result;
        for (std::size_t const i : order)
            result.push_back(tasks[i]);
        return result;
    }

    CudaBuffer<Task> tasks_;
    int in_shared_ = 0;
    int in_global_ = 0;
    std::size_t shared_bytes_ = 0; ///< most that a task in shared memory needs
    std::size_t global_bytes_ = 0; ///< most that one in global memory needs
};

/// Runs `tasks`; a failure names the caller's place.
template <class Task>
void run_list(std::vector<Task> const& tasks, char const* file = __builtin_FILE(),
              int line = __builtin_LINE())
{
    if (!tasks.empty())
        TaskList<Task>(tasks).run(file, line);
}

MOE_END_ISA
