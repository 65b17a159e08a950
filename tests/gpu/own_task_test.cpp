// A kind of task that is not in the list runs on a GPU without any other change (on the CPU:
// tests/task/own_task_test.cpp), and what the launcher sets for it.

#include "tests/gpu/devices.h"
#include "tests/gpu/own_gpu.h"
#include "tests/task/own/own_case.h"

#include <catch2/catch.hpp>

#include <numeric>
#include <thread>

using namespace moerate;

// In float32 by a warp in shared memory, the last one in global memory; in float64 by four warps.
TEMPLATE_TEST_CASE("an own kind of task runs on the device", "[small]", float, double)
{
    DotRun<TestType> const run(own_gpu());
    CHECK(run.sum == dot_sums<TestType>());
    CHECK(run.seconds.size() == std::size(dot_sizes));
}

TEST_CASE("a list's time is shared out over its tasks by their work", "[cuda][small]")
{
    auto const begin = std::chrono::steady_clock::now();
    DotRun<float> const run(own_gpu());
    std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - begin;
    for (std::size_t i = 0; i < std::size(dot_sizes); ++i)
        CHECK(run.seconds[i] / dot_sizes[i].n ==
              Approx(run.seconds[0] / dot_sizes[0].n).epsilon(1e-12));
    double const all = std::accumulate(run.seconds.begin(), run.seconds.end(), 0.0);
    CHECK(all > 0);
    CHECK(all <= elapsed.count());
}

namespace
{

/// Runs a dot product of a width `times` times; whether all sums are right.
bool run_width(int width, int times)
{
    std::unique_ptr<Device> const device = own_gpu_again();
    DotCase<float> const one(500);
    DeviceArray<float> const a(*device, one.a), b(*device, one.b), sum(*device, 1);
    for (int i = 0; i < times; ++i) {
        device->run(std::vector<DotTask<float>>{{500, width, a.data(), b.data(), sum.data()}});
        if (sum.download().front() != one.sum)
            return false;
    }
    return true;
}

} // namespace

// A worker that set the limit to what its own tasks need would take it from the other one's launch.
TEST_CASE("two workers on one board leave each other the board's shared memory", "[cuda][small]")
{
    CHECK(run_width(1, 1));
    CHECK(dot_limits().kernel == dot_limits().board);
    bool right[2] = {};
    std::thread other([&] { right[0] = run_width(32, 50); });
    right[1] = run_width(50000, 50); // 200 kB
    other.join();
    CHECK(right[0]);
    CHECK(right[1]);
}
