#pragma once

/// @file
/// Runs a list of tasks on the selected device, one block a task. Include it after the *_one.h,
/// which overloads scratch_bytes<Lanes>(task) and run_one(lanes, task, scratch) for its task.

#include "kernels/core/lanes.h"
#include "kernels/cuda/buffer.h"
#include "kernels/cuda/cuda_api.h"
#include "kernels/cuda/launch.h"
#include "kernels/task/cost.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

MOE_BEGIN_ISA

/// Threads of the block that does a task: one warp, which never waits for another one. Blocks are
/// handed out one by one, so that a long task holds nobody up.
constexpr int threads_per_task = 32;

/// Whether tasks have the fast kernels (WarpLanes): those in float.
template <class Task>
struct is_fast : std::false_type
{};
template <template <class> class Task>
struct is_fast<Task<float>> : std::true_type
{};

/// Whether tasks of a model whose maps copy theta have an instance of their own, without what other
/// families need: SGD, where the time goes.
template <class Task>
struct has_narrow : std::false_type
{};
template <>
struct has_narrow<SgdTask<float>> : std::true_type
{};

/// Does tasks[block] in shared memory.
template <class Task, bool narrow>
__global__ void __launch_bounds__(threads_per_task, resident_warps) run_tasks(Task const* tasks)
{
    extern __shared__ __align__(64) char shared_memory[];
    run_one(WarpLanes<true, narrow>{}, tasks[blockIdx.x], shared_memory);
}

/// Does tasks[block], tasks[block + blocks], ... < count, each block in its own `bytes` of
/// `memory`, or in shared memory where that is null.
template <class Task>
__global__ void __launch_bounds__(threads_per_task, resident_warps)
    run_any_tasks(Task const* tasks, int count, char* memory, std::size_t bytes)
{
    extern __shared__ __align__(64) char shared_memory[];
    char* const scratch = memory == nullptr ? shared_memory : memory + blockIdx.x * bytes;
    for (int i = static_cast<int>(blockIdx.x); i < count; i += static_cast<int>(gridDim.x))
        run_one(WarpLanes<false>{}, tasks[i], scratch);
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

/// A list of tasks on the device, by the kernel that does them; the largest first.
template <class Task>
class TaskList
{
    static_assert(std::is_trivially_copyable_v<Task>, "tasks are copied byte by byte");

public:
    /// Copies `tasks` to the selected device. Throws CudaError.
    explicit TaskList(std::vector<Task> const& tasks) : TaskList(tasks, shared_limit()) {}

    Task const* data() const { return tasks_.data(); }
    int size() const { return static_cast<int>(size_); }

    /// Does all tasks and waits for them; returns the seconds that took. Throws CudaError naming
    /// `file` and `line`.
    double run(char const* file, int line) const
    {
        auto const begin = std::chrono::steady_clock::now();
        Part const& last = parts_[large];
        std::size_t const blocks =
            last.count > 0 ? std::min(last.count, resident_blocks(run_any_tasks<Task>)) : 0;
        CudaBuffer<char> const memory(blocks * last.bytes);
        if constexpr (has_narrow<Task>::value)
            launch_shared(parts_[narrow], file, line, run_tasks<Task, true>);
        if constexpr (is_fast<Task>::value)
            launch_shared(parts_[small], file, line, run_tasks<Task, false>);
        else
            launch_shared(parts_[small], file, line, run_any_tasks<Task>, parts_[small].count,
                          nullptr, std::size_t{0});
        if (last.count > 0)
            launch("run_any_tasks", file, line, {static_cast<int>(blocks), threads_per_task},
                   run_any_tasks<Task>, data() + last.first, last.count, memory.data(), last.bytes);
        check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize() after run_tasks", file, line);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }

private:
    /// Kinds of tasks, each with a kernel of its own.
    enum Kind
    {
        narrow, ///< in shared memory, maps that copy theta
        small,  ///< in shared memory
        large,  ///< in global memory
        kinds
    };

    /// The tasks of one kind.
    struct Part
    {
        int first = 0;
        int count = 0;
        std::size_t bytes = 0; ///< of working memory, the most that one needs
    };

    struct Sized
    {
        Task const* task;
        Kind kind;
        double work;
    };

    TaskList(std::vector<Task> const& tasks, std::size_t limit)
        : size_(tasks.size()), tasks_(sorted(tasks, limit))
    {}

    /// Tasks by kind, then by work; fills parts_.
    std::vector<Task> sorted(std::vector<Task> const& tasks, std::size_t limit)
    {
        std::vector<Sized> order;
        for (Task const& task : tasks) {
            std::size_t bytes = scratch_bytes<WarpLanes<is_fast<Task>::value>>(task);
            Kind kind = is_narrow(task) ? narrow : small;
            if (bytes > limit) {
                kind = large;
                bytes = scratch_bytes<WarpLanes<false>>(task);
            }
            parts_[kind].bytes = std::max(parts_[kind].bytes, bytes);
            ++parts_[kind].count;
            order.push_back({&task, kind, cost(task)});
        }
        for (int kind = narrow + 1; kind < kinds; ++kind)
            parts_[kind].first = parts_[kind - 1].first + parts_[kind - 1].count;
        std::stable_sort(order.begin(), order.end(), [](Sized const& a, Sized const& b) {
            return a.kind != b.kind ? a.kind < b.kind : a.work > b.work;
        });
        std::vector<Task> result;
        for (Sized const& sized : order)
            result.push_back(*sized.task);
        return result;
    }

    static bool is_narrow([[maybe_unused]] Task const& task)
    {
        if constexpr (has_narrow<Task>::value)
            return shape_of(task.model, 1).copied;
        else
            return false;
    }

    /// Launches a kernel with a block in shared memory for each task of a part.
    template <class... Parameter, class... Argument>
    void launch_shared(Part const& part, char const* file, int line,
                       void (*kernel)(Task const*, Parameter...), Argument... argument) const
    {
        if (part.count == 0)
            return;
        check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        static_cast<int>(part.bytes)),
                   "cudaFuncSetAttribute(run_tasks, MaxDynamicSharedMemorySize)", file, line);
        // Working memory decides how many tasks stand side by side; little else is cached.
        check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
                                        cudaSharedmemCarveoutMaxShared),
                   "cudaFuncSetAttribute(run_tasks, PreferredSharedMemoryCarveout)", file, line);
        launch("run_tasks", file, line, {part.count, threads_per_task, part.bytes}, kernel,
               data() + part.first, argument...);
    }

    std::size_t size_;
    Part parts_[kinds];
    CudaBuffer<Task> tasks_;
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
