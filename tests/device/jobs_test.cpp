// Jobs of a device: each once, side by side on a CPU, with lists of their own.

#include "host/device/device.h"
#include "tests/fit/problem.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <numeric>

using namespace moerate;

namespace
{

/// Mean squared errors of drawn measures on drawn samples, one list of two tasks a job.
std::vector<double> errors_by_jobs(Device& device, std::size_t count, std::size_t at_once)
{
    Model const model = model_of("softmax", "gelu", 3, 4);
    std::vector<DeviceArray<double>> theta, x, y;
    for (unsigned i = 0; i < 2 * count; ++i) {
        int const n = 20 + 7 * static_cast<int>(i % 5);
        auto const problem = drawn_problem<double>(model, n, 40 + i);
        theta.emplace_back(device, problem.theta);
        x.emplace_back(device, problem.x);
        y.emplace_back(device, problem.y);
    }
    DeviceArray<double> const mse(device, 2 * count);
    device.for_each(count, at_once, [&](std::size_t job) {
        std::vector<EvaluateTask<double>> tasks;
        for (std::size_t i = 2 * job; i < 2 * job + 2; ++i)
            tasks.push_back({model, theta[i].data(), static_cast<int>(y[i].size()), x[i].data(),
                             y[i].data(), nullptr, nullptr, nullptr, mse.data() + i});
        device.run(tasks);
    });
    return mse.download();
}

} // namespace

TEST_CASE("each job is done once, at most so many at a time")
{
    for (int const threads : {1, 2, 3}) {
        auto const device = make_cpu_device(threads);
        for (std::size_t const count : {0, 1, 2, 7, 100}) {
            for (int const at_once : {1, 2, 50}) {
                INFO(count << " jobs, " << at_once << " at once, " << threads << " threads");
                std::vector<std::atomic<int>> done(count);
                std::atomic<int> now{0}, most{0};
                device->for_each(count, static_cast<std::size_t>(at_once), [&](std::size_t job) {
                    int const here = ++now;
                    for (int seen = most; seen < here && !most.compare_exchange_weak(seen, here);) {
                    }
                    ++done[job];
                    --now;
                });
                CHECK(std::all_of(done.begin(), done.end(), [](int times) { return times == 1; }));
                CHECK(most <= std::min(at_once, threads));
            }
        }
    }
}

TEST_CASE("lists of jobs give what lists one after the other give")
{
    auto const alone = make_cpu_device(1);
    std::vector<double> const want = errors_by_jobs(*alone, 20, 1);
    CHECK(*std::min_element(want.begin(), want.end()) > 0);
    for (int const threads : {2, 5}) {
        auto const device = make_cpu_device(threads);
        for (std::size_t const at_once : {1, 3, 20})
            CHECK(errors_by_jobs(*device, 20, at_once) == want);
    }
}

TEST_CASE("a job's lists have its share of the workers")
{
    auto const device = make_cpu_device(6);
    CHECK(device->workers() == 6);
    device->for_each(1, 6, [&](std::size_t) { CHECK(device->workers() == 6); });
    device->for_each(5, 1, [&](std::size_t) { CHECK(device->workers() == 6); });
    std::atomic<int> least{6};
    device->for_each(100, 2, [&](std::size_t job) {
        if (job < 98) // none of the two is the last
            least = std::min<int>(least, device->workers());
    });
    CHECK(least == 3);
    CHECK(device->workers() == 6);
}

TEST_CASE("jobs of a job go in turn")
{
    auto const device = make_cpu_device(3);
    std::vector<std::vector<std::size_t>> order(4);
    device->for_each(4, 4, [&](std::size_t job) {
        device->for_each(5, 5, [&](std::size_t inner) { order[job].push_back(inner); });
    });
    for (std::vector<std::size_t> const& own : order)
        CHECK(own == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("what a job throws is thrown, and the device goes on")
{
    for (int const threads : {1, 3}) {
        auto const device = make_cpu_device(threads);
        std::atomic<int> begun{0};
        auto const failing = [&](std::size_t job) {
            ++begun;
            if (job == 2)
                throw DeviceMemoryError("no room");
        };
        CHECK_THROWS_AS(device->for_each(100000, 3, failing), DeviceMemoryError);
        CHECK(begun < 100000);
        CHECK(device->workers() == threads);
        std::atomic<int> done{0};
        device->for_each(10, 3, [&](std::size_t) { ++done; });
        CHECK(done == 10);
    }
}
