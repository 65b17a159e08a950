#pragma once

/// @file
/// Where the work runs. A device owns memory and runs lists of independent tasks; the pipeline
/// (host/run/pipeline.h) knows no more about it. CPU and CUDA implement the same calls with the
/// same algorithms (kernels/*/*_one.h), so results differ by rounding only.

#include "kernels/task/kind.h"
#include "kernels/task/tasks.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace moerate
{

/// The device cannot be used, or failed (exit code 5).
struct DeviceError : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// The device works on, but has no memory left for what was asked (less may fit).
struct DeviceMemoryError : DeviceError
{
    using DeviceError::DeviceError;
};

/// Bytes that a CPU's job (Device::for_each) works on: many small fits or data sets, which share
/// the cost of a list, or a large one. They stand in a core's cache, or as much of them as can.
constexpr std::size_t job_bytes = std::size_t{1} << 18;

/// Of a CPU's jobs each worker is to have some, so that all of them end at about the same time.
constexpr std::size_t jobs_a_worker = 4;

/// What a run writes down about the machine.
struct DeviceInfo
{
    std::string kind;  ///< "cpu" or "cuda"
    std::string label; ///< "cpu" or "cuda:1", as --device names it
    std::string name;  ///< processor or board
    std::string simd;  ///< CPU: "x86-64-v3" or "x86-64-v4"; CUDA: "sm_90" and the like
    std::string driver;
    int threads = 0;              ///< worker threads (CPU)
    int float64_ratio = 2;        ///< operations in float32 in the time of one in float64
    int launch_fits = 1;          ///< fits that one launch needs to fill the device
    std::size_t memory_bytes = 0; ///< all memory of board or machine; 0: not known
    std::size_t free_bytes = 0;   ///< of it free when the device was opened
};

/// A device, for one thread at a time (and those of its jobs). Task pointers are addresses of the
/// device's memory; the lists themselves are host memory. All calls but release() throw DeviceError
/// if the device failed, DeviceMemoryError if it has too little memory.
class Device
{
public:
    virtual ~Device() = default;
    virtual DeviceInfo const& info() const = 0;
    /// Memory that is free now.
    virtual std::size_t free_bytes() = 0;

    virtual void* allocate(std::size_t bytes) = 0;
    virtual void release(void* memory) noexcept = 0;
    virtual void upload(void* to, void const* from, std::size_t bytes) = 0;
    virtual void download(void* to, void const* from, std::size_t bytes) = 0;
    /// From the device's memory to the device's memory; the two do not overlap.
    virtual void copy(void* to, void const* from, std::size_t bytes) = 0;

    /// Runs all tasks of a list and returns when they are done: seconds that each of them took. On
    /// a GPU tasks end at unlike times inside of one launch: each has its share of the list's time,
    /// by its work.
    virtual std::vector<double> run_list(TaskView const& list) = 0;

    /// Work of its own that calls the device: its number, from 0 on.
    using Job = std::function<void(std::size_t)>;

    /// Does job(0), ..., job(count - 1) and returns when they are done. On a CPU they go side by
    /// side, at most `at_once` of them: each is a worker's, which runs the job's lists by itself,
    /// with the help of workers that no job is left for; nothing waits for the longest task of a
    /// list. They may call all of the device but share no memory, and a job's own jobs go in turn.
    /// A GPU, which its lists fill, does them in turn. What a job throws ends the others that have
    /// not begun, and is thrown.
    virtual void for_each(std::size_t count, std::size_t /*at_once*/, Job const& job)
    {
        for (std::size_t i = 0; i < count; ++i)
            job(i);
    }
    /// Tasks that a list run here and now must have for all of the device to work on it: those of
    /// the workers, in a job of its share of them; those that fill a GPU.
    virtual int workers() const { return std::max({1, info().threads, info().launch_fits}); }

    /// run_list for tasks of any kind (kernels/task/tasks.h).
    template <class Task>
    std::vector<double> run(std::vector<Task> const& tasks)
    {
        return run_list({task_kind<Task>(), tasks.data(), tasks.size()});
    }
};

/// The CPU with `threads` workers (0: all cores this process may use). `simd` forces a level
/// ("x86-64-v3"), empty takes the best one.
std::unique_ptr<Device> make_cpu_device(int threads = 0, std::string const& simd = {});

/// The CUDA device `index`. Throws DeviceError with the reason if there is none, or if this build
/// has no CUDA.
std::unique_ptr<Device> make_cuda_device(int index = 0);

/// Devices that share the work of a run.
using Devices = std::vector<std::unique_ptr<Device>>;

/// Reason why make_cuda_device would throw, empty if a CUDA device is usable.
std::string cuda_unusable();

/// CUDA devices that this process sees (CUDA_VISIBLE_DEVICES hides others), usable or not.
int cuda_devices();

/// An array in a device's memory.
template <class T>
class DeviceArray
{
public:
    DeviceArray() = default;
    DeviceArray(Device& device, std::size_t size)
        : device_(&device), size_(size),
          data_(size == 0 ? nullptr : static_cast<T*>(device.allocate(size * sizeof(T))))
    {}
    DeviceArray(Device& device, std::vector<T> const& values) : DeviceArray(device, values.size())
    {
        if (size_ != 0)
            device.upload(data_, values.data(), size_ * sizeof(T));
    }
    DeviceArray(DeviceArray&& other) noexcept { swap(other); }
    DeviceArray& operator=(DeviceArray&& other) noexcept
    {
        swap(other);
        return *this;
    }
    ~DeviceArray()
    {
        if (data_ != nullptr)
            device_->release(data_);
    }

    T* data() const { return data_; }
    std::size_t size() const { return size_; }
    std::vector<T> download() const
    {
        std::vector<T> values(size_);
        if (size_ != 0)
            device_->download(values.data(), data_, size_ * sizeof(T));
        return values;
    }

private:
    void swap(DeviceArray& other) noexcept
    {
        std::swap(device_, other.device_);
        std::swap(size_, other.size_);
        std::swap(data_, other.data_);
    }

    Device* device_ = nullptr;
    std::size_t size_ = 0;
    T* data_ = nullptr;
};

} // namespace moerate
