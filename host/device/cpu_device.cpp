#include "host/device/cpu_info.h"
#include "host/device/tables.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <numeric>
#include <sys/mman.h>

namespace moerate
{
namespace
{

constexpr std::size_t alignment = 64;

/// A large page of x86-64, and the least that malloc takes from the system anew each time: less is
/// often memory that stands ready.
constexpr std::size_t large_page = std::size_t{1} << 21;
constexpr std::size_t fresh_memory = std::size_t{1} << 25;

/// Memory on large pages where it has some of them: rows are read in random order, and the
/// processor knows the places of some thousand pages at a time. Null where there is none.
void* allocate_pages(std::size_t bytes) noexcept
{
    if (bytes > SIZE_MAX - large_page) // would be rounded up to nearly nothing
        return nullptr;
    bool const large = bytes >= fresh_memory;
    std::size_t const unit = large ? large_page : alignment;
    void* const memory = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
    if (large && memory != nullptr)
        madvise(memory, bytes, MADV_HUGEPAGE); // a wish: without it all is as ever
    return memory;
}

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
            size_ = 0; // the next line may throw
            data_ = ::operator new(bytes, std::align_val_t(alignment));
            size_ = bytes;
        }
        return data_;
    }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Places of the tasks, those with most work first.
std::vector<std::size_t> largest_first(TaskView const& list)
{
    std::vector<double> work(list.size);
    for (std::size_t i = 0; i < list.size; ++i)
        work[i] = list.work(i);
    std::vector<std::size_t> order(list.size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return work[a] > work[b]; });
    return order;
}

class CpuDevice final : public Device
{
public:
    CpuDevice(CpuTable const& table, int threads)
        : table_(table), arena_(threads),
          limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads))
    {
        info_.kind = info_.label = "cpu";
        info_.name = processor_name();
        info_.simd = table_.level;
        info_.threads = threads;
        info_.memory_bytes = all_memory();
        info_.free_bytes = free_memory();
    }

    DeviceInfo const& info() const override { return info_; }
    std::size_t free_bytes() override { return free_memory(); }

    void* allocate(std::size_t bytes) override
    {
        void* memory = nullptr;
        or_memory_error([&] {
            memory = allocate_pages(bytes);
            if (memory == nullptr)
                throw std::bad_alloc();
        });
        return memory;
    }
    void release(void* memory) noexcept override { std::free(memory); }
    void upload(void* to, void const* from, std::size_t bytes) override
    {
        std::memcpy(to, from, bytes);
    }
    void download(void* to, void const* from, std::size_t bytes) override
    {
        std::memcpy(to, from, bytes);
    }
    void copy(void* to, void const* from, std::size_t bytes) override
    {
        std::memcpy(to, from, bytes);
    }

    /// Every task on some worker, the largest first.
    std::vector<double> run_list(TaskView const& list) override
    {
        using Clock = std::chrono::steady_clock;
        CpuEntry const& entry = entry_of(table_.entries, table_.size, list.kind);
        std::vector<std::size_t> const order = largest_first(list);
        std::vector<double> seconds(list.size);
        auto const run = [&](std::size_t i) {
            void const* const task = list.at(order[i]);
            auto const begin = Clock::now();
            entry.run(task, scratch_.local().at_least(entry.scratch(task)));
            seconds[order[i]] = std::chrono::duration<double>(Clock::now() - begin).count();
        };
        // Isolated: a job that waits for parts of its list must not begin a part of another job's.
        or_memory_error([&] {
            arena_.execute(
                [&] { tbb::this_task_arena::isolate([&] { spread(list.size, workers(), run); }); });
        });
        return seconds;
    }

    void for_each(std::size_t count, std::size_t at_once, Job const& job) override
    {
        if (jobs_left_ > 0)
            return Device::for_each(count, at_once, job);
        auto const side_by_side = static_cast<int>(std::min<std::size_t>(at_once, info_.threads));
        jobs_at_once_ = side_by_side;
        jobs_left_ = static_cast<long>(count);
        auto const none_left = [&](void*) { jobs_left_ = 0; };
        std::unique_ptr<void, decltype(none_left)> const guard(this, none_left);
        auto const run = [&](std::size_t i) {
            job(i);
            --jobs_left_;
        };
        arena_.execute([&] { spread(count, side_by_side, run); });
    }
    int workers() const override
    {
        long const jobs = std::min<long>(jobs_left_, jobs_at_once_);
        return jobs <= 1 ? info_.threads : static_cast<int>((info_.threads + jobs - 1) / jobs);
    }

private:
    /// Calls f(0), ..., f(count - 1) on so many workers; each takes the next number when it is
    /// free. To be called in the arena.
    template <class F>
    static void spread(std::size_t count, int workers, F const& f)
    {
        std::atomic<std::size_t> next{0};
        auto const worker = [&](int) {
            try {
                for (std::size_t i = next++; i < count; i = next++)
                    f(i);
            } catch (...) {
                next = count;
                throw;
            }
        };
        auto const wanted = static_cast<int>(std::min<std::size_t>(count, workers));
        tbb::parallel_for(0, wanted, worker, tbb::simple_partitioner());
    }

    /// Calls f, which may run out of memory.
    template <class F>
    static void or_memory_error(F const& f)
    {
        try {
            f();
        } catch (std::bad_alloc const&) {
            throw DeviceMemoryError("out of memory (the work does not fit) close other programs or "
                                    "use a smaller n or fewer threads");
        }
    }

    CpuTable table_;
    DeviceInfo info_;
    tbb::task_arena arena_;
    tbb::global_control limit_;
    tbb::enumerable_thread_specific<ScratchBuffer> scratch_;
    std::atomic<long> jobs_left_{0}; ///< of for_each, that have not ended; 0 outside of it
    int jobs_at_once_ = 0;           ///< of them at most
};

} // namespace

std::unique_ptr<Device> make_cpu_device(CpuTable const& table, int threads)
{
    return std::make_unique<CpuDevice>(table, threads > 0 ? threads : usable_cores());
}

std::unique_ptr<Device> make_cpu_device(int threads, std::string const& simd)
{
    return make_cpu_device(cpu_table(simd), threads);
}

} // namespace moerate
