#include "host/run/memory.h"

#include "host/run/pipeline.h"
#include "host/study/sizes.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace moerate
{
namespace
{

/// Parameters of a job that a measurement may make: each takes host memory and time there.
constexpr long long most_measured = 1 << 17;

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
    void copy(void*, void const*, std::size_t) override {}
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

MemoryModel::Bytes MemoryModel::measured(Job const& job) const
{
    CountingDevice device;
    Pipeline pipeline(device, study_, plan_);
    pipeline.run({job});
    return {device.held(), device.peak() - device.held()};
}

MemoryModel::Bytes MemoryModel::computed(Job const& job) const
{
    // Any curve of the job has its precision and its truth.
    Curve const& source = study_.curves[plan_.cells[job.cells.front()].curve];
    Bytes bytes{point_bytes(study_, source), data_bytes(source, plan_.data[job.data].n)};
    for (int const cell : job.cells)
        bytes.job += fit_bytes(study_.curves[plan_.cells[cell].curve]);
    return bytes;
}

MemoryModel::Bytes const& MemoryModel::of(Job const& job)
{
    auto const [at, fresh] = known_.try_emplace({job.data, job.cells});
    if (fresh) {
        long long numbers = study_.curves[plan_.data[job.data].curve].truth.model.layout.size;
        for (int const cell : job.cells)
            numbers += study_.curves[plan_.cells[cell].curve].model.layout.size;
        at->second = numbers > most_measured ? computed(job) : measured(job);
    }
    return at->second;
}

void MemoryModel::add(Sum& sum, Job const& job)
{
    TruthId const truth = plan_.data[job.data].truth;
    for (bool const float64 : {false, true}) {
        for (Job const& part : jobs_in(study_, plan_, {job}, float64)) {
            Bytes const& bytes = of(part);
            sum.jobs[float64] += bytes.job;
            if (sum.counted[float64].insert(truth).second)
                sum.points += bytes.points;
        }
    }
}

std::size_t MemoryModel::bytes(std::vector<Job> const& jobs)
{
    Sum sum;
    for (Job const& job : jobs)
        add(sum, job);
    return sum.bytes();
}

} // namespace moerate
