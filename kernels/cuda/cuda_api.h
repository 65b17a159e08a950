#pragma once

/// @file
/// The CUDA backend as the host sees it: plain C++, no CUDA headers. All calls go to the device
/// that the calling thread has selected, and all but cuda_release throw CudaError, CudaMemoryError
/// where memory is what lacks.

#include "kernels/core/typelist.h"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

namespace moerate
{

/// A CUDA call or launch failed. The text names the place in the source, the call and CUDA's
/// reason.
struct CudaError : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// The device has too little free memory for a call, and works on.
struct CudaMemoryError : CudaError
{
    using CudaError::CudaError;
};

/// A library that a call needs is not there; all other calls work.
struct CudaLibraryError : CudaError
{
    using CudaError::CudaError;
};

/// What CUDA says about a device.
struct CudaBoard
{
    std::string name;
    int major; ///< compute capability major.minor
    int minor;
    int processors;    ///< multiprocessors
    int float64_ratio; ///< operations in float32 in the time of one in float64
    std::size_t bytes; ///< all memory
};

/// Oldest compute capability (major) that the build's kernels run on; newer boards than it knows
/// compile the embedded PTX.
constexpr int cuda_oldest_major = 8;

/// Warps of one multiprocessor that the build shares the registers out for, one a fit. Their
/// working memory, some 20 KiB for d = 32, lets about as many stand side by side.
constexpr int resident_warps = 12;

/// Newest CUDA version that the installed driver supports, as 1000 * major + 10 * minor; 0 where
/// there is no driver.
int cuda_driver();

/// CUDA version of the runtime in this build, as cuda_driver gives it.
int cuda_runtime();

/// Devices that this process can see; 0 where there is none.
int cuda_count();

/// Facts about device `index` < cuda_count().
CudaBoard cuda_board(int index);

/// Makes `index` the device of the calling thread.
void cuda_select(int index);

/// Runs an empty kernel: throws where the device is taken, broken or too old for this build.
void cuda_probe();

/// Free bytes of the device's memory.
std::size_t cuda_free_bytes();

/// Device memory, aligned to 256 bytes.
void* cuda_allocate(std::size_t bytes);
void cuda_release(void* memory) noexcept;

/// Copies host to device, and device to host. On return the host's memory is free to use, and all
/// later work on the device sees the copy.
void cuda_upload(void* to, void const* from, std::size_t bytes);
void cuda_download(void* to, void const* from, std::size_t bytes);

/// Copies device to device: after all work before, and before all later work on the device.
void cuda_copy(void* to, void const* from, std::size_t bytes);

/// Runs all tasks, whose pointers are device memory, and returns when they are done: seconds that
/// it took. Defined by kernels/cuda/task_list.h, instantiated in the *_cuda.cu of each kind of
/// task.
template <class Task>
double cuda_run(Task const* tasks, std::size_t count);

/// cuda_run of one kind of task.
struct CudaEntry
{
    std::type_info const* type; ///< of the tasks
    double (*run)(void const* tasks, std::size_t count);
};
using CudaTable = std::vector<CudaEntry>;

} // namespace moerate

MOE_BEGIN_ISA

/// The table of a list of kinds.
template <class... Task>
CudaTable cuda_table_of(TypeList<Task...>)
{
    return {{&typeid(Task), [](void const* tasks, std::size_t count) {
                 return cuda_run(static_cast<Task const*>(tasks), count);
             }}...};
}

MOE_END_ISA
