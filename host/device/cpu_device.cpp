#include "host/device/device.h"

#include "host/device/cpu_info.h"
#include "kernels/core/cost.h"
#include "kernels/core/cpu_table.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <new>
#include <numeric>

namespace moerate
{
namespace
{

constexpr std::size_t alignment = 64;

/// A worker's memory for one task at a time; grows to the largest task it has seen.
class ScratchBuffer
{
public:
    ScratchBuffer() = default;
    ScratchBuffer(ScratchBuffer const&) = delete;
    ScratchBuffer& operator=(ScratchBuffer const&) = delete;
    ~ScratchBuffer() { ::operator delete(data_, std::align_val_t(alignment)); }

    void* at_least(std::size_t bytes)
    {
        if (bytes > size_) {
            ::operator delete(data_, std::align_val_t(alignment));
            data_ = nullptr;
            data_ = ::operator new(bytes, std::align_val_t(alignment));
            size_ = bytes;
        }
        return data_;
    }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

class CpuDevice final : public Device
{
public:
    CpuDevice(int threads, std::string const& simd)
        : table_(cpu_table(simd)), arena_(threads),
          limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads))
    {
        info_.kind = "cpu";
        info_.name = processor_name();
        info_.simd = table_.level;
        info_.threads = threads;
        info_.free_bytes = free_memory();
    }

    DeviceInfo const& info() const override { return info_; }

    void* allocate(std::size_t bytes) override
    {
        return ::operator new(bytes, std::align_val_t(alignment));
    }
    void release(void* memory) noexcept override
    {
        ::operator delete(memory, std::align_val_t(alignment));
    }
    void upload(void* to, void const* from, std::size_t bytes) override
    {
        std::memcpy(to, from, bytes);
    }
    void download(void* to, void const* from, std::size_t bytes) override
    {
        std::memcpy(to, from, bytes);
    }

    void run(std::vector<GenerateTask<float>> const& tasks) override { run_all(tasks); }
    void run(std::vector<GenerateTask<double>> const& tasks) override { run_all(tasks); }
    void run(std::vector<StartTask<float>> const& tasks) override { run_all(tasks); }
    void run(std::vector<StartTask<double>> const& tasks) override { run_all(tasks); }
    void run(std::vector<SgdTask<float>> const& tasks) override { run_timed(tasks); }
    void run(std::vector<SgdTask<double>> const& tasks) override { run_timed(tasks); }
    void run(std::vector<EvaluateTask<float>> const& tasks) override { run_all(tasks); }
    void run(std::vector<EvaluateTask<double>> const& tasks) override { run_all(tasks); }
    void run(std::vector<RiskTask<float>> const& tasks) override { run_all(tasks); }
    void run(std::vector<RiskTask<double>> const& tasks) override { run_all(tasks); }
    void run(std::vector<LossTask> const& tasks) override { run_all(tasks); }
    void run(std::vector<SummaryTask> const& tasks) override { run_all(tasks); }
    void run(std::vector<ResampleTask> const& tasks) override { run_all(tasks); }

private:
    /// Runs every task on some worker; each worker takes the next task when it is free, the largest
    /// first.
    template <class Task, class F>
    void run_each(std::vector<Task> const& tasks, F const& f)
    {
        std::vector<std::size_t> order(tasks.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return cost(tasks[a]) > cost(tasks[b]);
        });
        std::atomic<std::size_t> next{0};
        arena_.execute([&] {
            tbb::parallel_for(
                0, info_.threads,
                [&](int) {
                    for (std::size_t i = next++; i < order.size(); i = next++)
                        f(tasks[order[i]]);
                },
                tbb::simple_partitioner());
        });
    }

    template <class Task>
    void run_all(std::vector<Task> const& tasks)
    {
        auto const& entry = std::get<CpuEntry<Task>>(table_.entries);
        run_each(tasks, [&](Task const& task) {
            entry.run(task, scratch_.local().at_least(entry.scratch(task)));
        });
    }

    template <class Task>
    void run_timed(std::vector<Task> const& tasks)
    {
        auto const& entry = std::get<CpuEntry<Task>>(table_.entries);
        run_each(tasks, [&](Task const& task) {
            auto const begin = std::chrono::steady_clock::now();
            entry.run(task, scratch_.local().at_least(entry.scratch(task)));
            task.outcome->seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        });
    }

    CpuTable const& table_;
    DeviceInfo info_;
    tbb::task_arena arena_;
    tbb::global_control limit_;
    tbb::enumerable_thread_specific<ScratchBuffer> scratch_;
};

} // namespace

std::unique_ptr<Device> make_cpu_device(int threads, std::string const& simd)
{
    int const count = threads > 0 ? threads : usable_cores();
    return std::make_unique<CpuDevice>(count, simd);
}

} // namespace moerate
