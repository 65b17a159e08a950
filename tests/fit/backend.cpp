#include "tests/fit/backend.h"

#include "host/device/cpu_info.h"
#include "kernels/data/generate_one.h"
#include "kernels/evaluate/evaluate_one.h"
#include "kernels/risk/risk_one.h"
#include "kernels/sgd/sgd_one.h"
#include "tests/support/thread_lanes.h"
#include "tests/support/warp_lanes.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace moerate
{
namespace
{

constexpr std::size_t alignment = 64;
constexpr std::size_t guard = 256;
constexpr unsigned char poison = 0xff; // as a float or double NaN, as an index far outside

/// Poisoned working memory with a guard behind its end.
class Memory
{
public:
    explicit Memory(std::size_t bytes)
        : bytes_(bytes), data_(static_cast<unsigned char*>(
                             ::operator new(bytes + guard, std::align_val_t(alignment))))
    {
        std::memset(data_, poison, bytes + guard);
    }
    Memory(Memory const&) = delete;
    Memory& operator=(Memory const&) = delete;
    ~Memory() { ::operator delete(data_, std::align_val_t(alignment)); }

    void* data() { return data_; }
    bool guard_intact() const
    {
        return std::all_of(data_ + bytes_, data_ + bytes_ + guard,
                           [](unsigned char byte) { return byte == poison; });
    }

private:
    std::size_t bytes_;
    unsigned char* data_;
};

} // namespace

std::string Backend::name() const
{
    if (lanes == warp)
        return "a warp";
    return level.empty() ? std::to_string(lanes) + " lanes" : level;
}

template <class Task>
void Backend::run(Task const& task) const
{
    auto const& entry = std::get<CpuEntry<Task>>(cpu_table(level).entries);
    Memory memory(lanes == warp   ? scratch_bytes<HostWarpLanes>(task)
                  : level.empty() ? scratch_bytes<ThreadLanes>(task)
                                  : entry.scratch(task));
    if (lanes == warp)
        run_warp([&](HostWarpLanes lane) { run_one(lane, task, memory.data()); });
    else if (level.empty())
        run_lanes(lanes, [&](ThreadLanes lane) { run_one(lane, task, memory.data()); });
    else
        entry.run(task, memory.data());
    if (!memory.guard_intact())
        throw std::runtime_error("a task wrote past its working memory on " + name());
}

template void Backend::run(GenerateTask<float> const&) const;
template void Backend::run(GenerateTask<double> const&) const;
template void Backend::run(SgdTask<float> const&) const;
template void Backend::run(SgdTask<double> const&) const;
template void Backend::run(EvaluateTask<float> const&) const;
template void Backend::run(EvaluateTask<double> const&) const;
template void Backend::run(RiskTask<float> const&) const;
template void Backend::run(RiskTask<double> const&) const;

std::vector<Backend> level_backends()
{
    std::vector<Backend> backends;
    for (std::string const& level : simd_levels())
        backends.push_back({level, 0});
    return backends;
}

std::vector<Backend> lane_backends()
{
    return {{{}, 1}, {{}, 2}, {{}, 7}, {{}, 32}};
}

std::vector<Backend> all_backends()
{
    std::vector<Backend> backends = level_backends();
    for (Backend const& backend : lane_backends())
        backends.push_back(backend);
    backends.push_back({{}, Backend::warp});
    return backends;
}

} // namespace moerate
