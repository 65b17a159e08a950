#include "host/run/memory.h"

#include "host/run/pipeline.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace moerate
{
namespace
{

/// A device without memory and without work: it counts what would be allocated.
class CountingDevice final : public Device
{
public:
    DeviceInfo const& info() const override { return info_; }
    std::size_t free_bytes() override { return SIZE_MAX - held_; }

    void* allocate(std::size_t bytes) override
    {
        // Addresses that differ and are never read.
        void* const memory = reinterpret_cast<void*>(next_);
        next_ += (bytes + 63) / 64 * 64;
        sizes_[memory] = bytes;
        held_ += bytes;
        peak_ = std::max(peak_, held_);
        return memory;
    }
    void release(void* memory) noexcept override
    {
        auto const at = sizes_.find(memory);
        held_ -= at->second;
        sizes_.erase(at);
    }
    void upload(void*, void const*, std::size_t) override {}
    void download(void* to, void const*, std::size_t bytes) override
    {
        // Any finite numbers and true flags: fits that succeed need most.
        std::memset(to, 1, bytes);
    }
    std::vector<double> run_list(TaskView const& list) override
    {
        peak_ = std::max(peak_, held_ + list.bytes());
        return std::vector<double>(list.size);
    }

    std::size_t held() const { return held_; }
    std::size_t peak() const { return peak_; }

private:
    DeviceInfo info_;
    std::map<void*, std::size_t> sizes_;
    std::uintptr_t next_ = 64;
    std::size_t held_ = 0, peak_ = 0;
};

} // namespace

MemoryModel::Bytes const& MemoryModel::of(Job const& job)
{
    auto const [at, fresh] = known_.try_emplace({job.data, job.cells});
    if (fresh) {
        CountingDevice device;
        auto const measure = [&](auto pipeline) {
            pipeline.run({job});
            at->second = {device.held(), device.peak() - device.held()};
        };
        if (in_float64(study_, plan_, job))
            measure(Pipeline<double>(device, study_, plan_));
        else
            measure(Pipeline<float>(device, study_, plan_));
    }
    return at->second;
}

void MemoryModel::add(Sum& sum, Job const& job)
{
    Bytes const& bytes = of(job);
    sum.bytes += bytes.job;
    if (sum.truths.insert(truth_id(plan_.data[job.data].key)).second)
        sum.bytes += bytes.points;
}

std::size_t MemoryModel::bytes(std::vector<Job> const& jobs)
{
    Sum sum;
    for (Job const& job : jobs)
        add(sum, job);
    return sum.bytes;
}

} // namespace moerate
