#pragma once

/// @file
/// Runs a list of tasks on the selected device, one block a task, by the task's own `launch`
/// (kernels/core/task_launch.h). A *_cuda.cu includes it beside the *_one.h, which overloads
/// scratch_bytes(lanes, task) and run_one(lanes, task, scratch) for its task.

#include "kernels/core/lanes.h"
#include "kernels/cuda/buffer.h"
#include "kernels/cuda/cuda_api.h"
#include "kernels/cuda/launch.h"
#include "kernels/task/kind.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <type_traits>
#include <vector>

MOE_BEGIN_ISA

/// Threads of the block that does a task: mostly one warp, which never waits for another one.
/// Blocks are handed out one by one, so that a long task holds nobody up.
template <class Task>
constexpr int threads_per_task = 32 * Task::launch.warps;

/// The same in blocks of a kind of task.
template <class Task>
constexpr int resident_tasks =
    Task::launch.warps < resident_warps ? resident_warps / Task::launch.warps : 1;

/// What works on a task in any memory, and in shared memory.
template <class Task>
using AnyLanes =
    std::conditional_t<Task::launch.warps == 1, WarpLanes<false>, BlockLanes<Task::launch.warps>>;
template <class Task>
using SharedLanes = std::conditional_t<Task::launch.tiled, WarpLanes<true>, AnyLanes<Task>>;

using NarrowLanes = WarpLanes<true, true>;

/// Bytes at the begin of a block's shared memory that hold its task: a kernel reads its fields at
/// every step, and most of the first-level cache is shared memory.
template <class Task>
constexpr std::size_t near_bytes = (sizeof(Task) + 63) / 64 * 64;

/// Brings a task near. To be called by all threads of the block.
template <class Task>
__device__ Task const& near_task(Task const& far, char* shared_memory)
{
    constexpr int words = static_cast<int>(sizeof(Task) / sizeof(unsigned));
    static_assert(words * sizeof(unsigned) == sizeof(Task));
    __syncthreads(); // the task before is done
    for (int i = static_cast<int>(threadIdx.x); i < words; i += static_cast<int>(blockDim.x))
        reinterpret_cast<unsigned*>(shared_memory)[i] = reinterpret_cast<unsigned const*>(&far)[i];
    __syncthreads();
    return *reinterpret_cast<Task const*>(shared_memory);
}

/// Does tasks[block] in shared memory.
template <class Task, bool narrow>
__global__ void __launch_bounds__(threads_per_task<Task>, resident_tasks<Task>)
    run_tasks(Task const* tasks)
{
    extern __shared__ __align__(64) char shared_memory[];
    run_one(WarpLanes<true, narrow>{}, near_task(tasks[blockIdx.x], shared_memory),
            shared_memory + near_bytes<Task>);
}

/// Does tasks[block], tasks[block + blocks], ... < count, each block in its own `bytes` of
/// `memory`, or in shared memory where that is null.
template <class Task>
__global__ void __launch_bounds__(threads_per_task<Task>, resident_tasks<Task>)
    run_any_tasks(Task const* tasks, int count, char* memory, std::size_t bytes)
{
    extern __shared__ __align__(64) char shared_memory[];
    char* const scratch =
        memory == nullptr ? shared_memory + near_bytes<Task> : memory + blockIdx.x * bytes;
    for (int i = static_cast<int>(blockIdx.x); i < count; i += static_cast<int>(gridDim.x))
        run_one(AnyLanes<Task>{}, near_task(tasks[i], shared_memory), scratch);
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

/// Blocks of run_any_tasks with their scratch in global memory that the selected device can hold.
template <class Task>
std::size_t resident_blocks()
{
    int device = 0;
    int processors = 0;
    int blocks = 0;
    MOE_CUDA_CHECK(cudaGetDevice(&device));
    MOE_CUDA_CHECK(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device));
    MOE_CUDA_CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(
        &blocks, run_any_tasks<Task>, threads_per_task<Task>, near_bytes<Task>));
    return static_cast<std::size_t>(processors) * static_cast<std::size_t>(std::max(1, blocks));
}

/// Lets a block of a kernel have all of the board's shared memory. The setting is the kernel's, not
/// the launch's, so it must be the same for all launches: another worker on this board may stand
/// between its own setting and its launch.
template <class... Parameter>
void open_shared_memory(void (*kernel)(Parameter...))
{
    MOE_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        static_cast<int>(shared_limit())));
    // Working memory decides how many tasks stand side by side; little else is cached.
    MOE_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
                                        cudaSharedmemCarveoutMaxShared));
}

/// Where a task's working memory stands, and with it the kernel that does the task.
enum Place
{
    in_narrow, ///< in shared memory, maps that copy theta
    in_shared, ///< in shared memory
    in_global,
    places
};

/// A list of tasks by their places, and in a place the largest first.
template <class Task>
struct SortedTasks
{
    struct Range
    {
        std::size_t first = 0;
        std::size_t count = 0;
        std::size_t bytes = 0; ///< of working memory, the most that one task needs
    };

    std::vector<Task> tasks;
    Range in[places];
};

/// Sorts tasks; `limit` bytes of working memory fit in shared memory.
template <class Task>
SortedTasks<Task> sorted(Task const* tasks, std::size_t count, std::size_t limit)
{
    struct Sized
    {
        Task const* task;
        Place place;
        double work;
    };
    SortedTasks<Task> result;
    std::vector<Sized> order;
    for (Task const* task = tasks; task != tasks + count; ++task) {
        std::size_t bytes = scratch_bytes(SharedLanes<Task>{}, *task);
        Place place = takes_narrow(*task) ? in_narrow : in_shared;
        if constexpr (Task::launch.narrow)
            if (place == in_narrow)
                bytes = scratch_bytes(NarrowLanes{}, *task);
        if (bytes > limit) {
            place = in_global;
            bytes = scratch_bytes(AnyLanes<Task>{}, *task);
        }
        auto& range = result.in[place];
        range.bytes = std::max(range.bytes, bytes);
        ++range.count;
        order.push_back({task, place, work(*task)});
    }
    for (int p = 1; p < places; ++p)
        result.in[p].first = result.in[p - 1].first + result.in[p - 1].count;
    std::stable_sort(order.begin(), order.end(), [](Sized const& a, Sized const& b) {
        return a.place != b.place ? a.place < b.place : a.work > b.work;
    });
    for (Sized const& sized : order)
        result.tasks.push_back(*sized.task);
    return result;
}

/// What failed, as an error says it.
template <class Task>
std::string call_for(char const* call)
{
    return std::string(call) + " for tasks of kind " + std::string(Task::name);
}

/// Launches a kernel with a block in shared memory for each task of a range.
template <class Task, class... Parameter, class... Argument>
void launch_shared(Task const* tasks, typename SortedTasks<Task>::Range const& range,
                   void (*kernel)(Task const*, Parameter...), Argument... argument)
{
    if (range.count == 0)
        return;
    open_shared_memory(kernel);
    launch(call_for<Task>("launch").c_str(), __FILE__, __LINE__,
           {static_cast<int>(range.count), threads_per_task<Task>, near_bytes<Task> + range.bytes},
           kernel, tasks + range.first, argument...);
}

/// Runs tasks and waits for them; seconds from the launch on. Throws CudaError.
template <class Task>
double run_list(Task const* tasks, std::size_t count)
{
    static_assert(std::is_trivially_copyable_v<Task>, "tasks are copied byte by byte");
    static_assert(Task::launch.warps == 1 || !Task::launch.tiled, "tiles are those of one warp");
    static_assert(Task::launch.tiled || !Task::launch.narrow, "the narrow instance has tiles");
    if (count == 0)
        return 0;
    SortedTasks<Task> const list = sorted(tasks, count, shared_limit() - near_bytes<Task>);
    CudaBuffer<Task> const all(list.tasks);
    auto const begin = std::chrono::steady_clock::now();
    auto const& [first, large, bytes] = list.in[in_global];
    std::size_t const blocks = large == 0 ? 0 : std::min(large, resident_blocks<Task>());
    CudaBuffer<char> const memory(blocks * bytes);
    if constexpr (Task::launch.narrow)
        launch_shared(all.data(), list.in[in_narrow], run_tasks<Task, true>);
    if constexpr (Task::launch.tiled)
        launch_shared(all.data(), list.in[in_shared], run_tasks<Task, false>);
    else
        launch_shared(all.data(), list.in[in_shared], run_any_tasks<Task>,
                      static_cast<int>(list.in[in_shared].count), nullptr, std::size_t{0});
    if (large > 0)
        launch(call_for<Task>("launch").c_str(), __FILE__, __LINE__,
               {static_cast<int>(blocks), threads_per_task<Task>, near_bytes<Task>},
               run_any_tasks<Task>, all.data() + first, static_cast<int>(large), memory.data(),
               bytes);
    check_cuda(cudaDeviceSynchronize(), call_for<Task>("cudaDeviceSynchronize()").c_str(), __FILE__,
               __LINE__);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

MOE_END_ISA

namespace moerate
{

template <class Task>
double cuda_run(Task const* tasks, std::size_t count)
{
    return run_list(tasks, count);
}

} // namespace moerate
