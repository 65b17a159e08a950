// Fits that run at the same time, on a CPU device whose tasks wait for each other.

#include "host/device/cpu_info.h"
#include "host/device/tables.h"
#include "tests/fit/problem.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

using namespace moerate;

namespace
{

/// Where the first fit of a call waits until another is at work: however busy the machine is, they
/// then run side by side.
struct Meeting
{
    std::mutex mutex;
    std::condition_variable changed;
    CpuEntry plain{}; ///< the entry point that fits of the level have
    int inside = 0;
    bool met = false;
};

Meeting& meeting()
{
    static Meeting one;
    return one;
}

void run_beside_others(void const* task, void* scratch)
{
    constexpr std::chrono::minutes given_up{5}; // a device that runs one at a time would hang
    Meeting& here = meeting();
    {
        std::unique_lock<std::mutex> lock(here.mutex);
        here.met = ++here.inside > 1 || here.met;
        here.changed.notify_all();
        here.changed.wait_for(lock, given_up, [&] { return here.met; });
    }
    here.plain.run(task, scratch);
    std::lock_guard<std::mutex> const lock(here.mutex);
    --here.inside;
}

/// Runs 48 fits of one problem that differ in their order of samples: all their parameters.
std::vector<std::vector<float>> run_fits(Device& device)
{
    constexpr int samples = sanitized ? 500 : 5000;
    constexpr std::uint32_t count = 48;
    Problem<float> const problem =
        drawn_problem<float>(model_of("softmax", "relu", 9, 5), samples, 7);
    DeviceArray<float> const x(device, problem.x), y(device, problem.y);
    DeviceArray<SgdOutcome> const outcome(device, count);
    std::vector<DeviceArray<float>> theta;
    std::vector<SgdTask<float>> tasks;
    SgdSettings settings;
    settings.epochs = 40;
    for (std::uint32_t i = 0; i < count; ++i) {
        theta.emplace_back(device, problem.theta);
        tasks.push_back({problem.model,
                         settings,
                         {1, 2, i, 3},
                         problem.n(),
                         x.data(),
                         y.data(),
                         theta.back().data(),
                         outcome.data() + i});
    }
    device.run(tasks);
    std::vector<std::vector<float>> found;
    for (DeviceArray<float> const& one : theta)
        found.push_back(one.download());
    return found;
}

} // namespace

TEST_CASE("fits that run at the same time do not meet")
{
    auto const want = run_fits(*make_cpu_device(1));
    CpuTable const table = cpu_table("");
    std::vector<CpuEntry> entries(table.entries, table.entries + table.size);
    for (CpuEntry& entry : entries)
        if (*entry.type == typeid(SgdTask<float>)) {
            meeting().plain = entry;
            entry.run = run_beside_others;
        }
    for (int const threads : {2, 5}) {
        auto const device =
            make_cpu_device(CpuTable{table.level, entries.data(), entries.size()}, threads);
        for (int call = 0; call < 2; ++call) {
            meeting().met = false;
            CHECK((run_fits(*device) == want));
            CHECK(meeting().met);
        }
    }
}
