// Adding a kind of task is four files and a name in the list: one that is made here runs on every
// backend without any other change (on CUDA: tests/gpu/own_task_test.cpp).

#include "host/device/tables.h"
#include "tests/run/fake_device.h"
#include "tests/support/backend_run.h"
#include "tests/task/own/own_case.h"
#include "tests/task/own/own_one.h"
#include "tests/task/own/own_tasks.h"

#include <catch2/catch.hpp>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

/// The longer list's table of a level.
CpuTable own_table(std::string const& level)
{
    return level == cpu_table_v3().level ? own_table_v3() : own_table_v4();
}

} // namespace

TEMPLATE_TEST_CASE("an own kind of task runs on all levels, lanes and warps", "", float, double)
{
    for (Backend backend : all_backends()) {
        backend.table = own_table;
        for (auto const& [n, width] : dot_sizes) {
            INFO(backend.name() << ", n = " << n << ", width " << width);
            DotCase<TestType> const one(n);
            TestType sum = -1;
            backend.run(DotTask<TestType>{n, width, one.a.data(), one.b.data(), &sum});
            CHECK(sum == one.sum);
        }
    }
}

TEST_CASE("working memory that a task does not ask for is found missing on all backends")
{
    DotCase<double> const one(100);
    for (Backend backend : all_backends()) {
        INFO(backend.name());
        backend.table = own_table;
        double sum = 0;
        DotTask<double> task{100, 8, one.a.data(), one.b.data(), &sum};
        backend.run(task);
        task.too_little = 1;
        CHECK_THROWS_WITH(backend.run(task), Contains("past its working memory"));
    }
}

TEMPLATE_TEST_CASE("a device runs an own kind of task beside those of the list", "", float, double)
{
    for (std::string const& level : simd_levels()) {
        auto const device = make_cpu_device(own_table(level), 2);
        CHECK(device->info().simd == level);
        DotRun<TestType> const run(*device);
        CHECK(run.sum == dot_sums<TestType>());
        REQUIRE(run.seconds.size() == std::size(dot_sizes));
        for (double const seconds : run.seconds)
            CHECK(seconds > 0);
        // One of the list, by the same device.
        double value[] = {3, 1, 2}, log[3];
        int index[] = {0, 1, 2}, rank[3];
        Summary summary{};
        device->run(std::vector<SummaryTask>{{3, value, index, log, rank, &summary}});
        CHECK(summary.statistics.of[static_cast<int>(Statistic::mean)] == 2);
    }
}

TEST_CASE("a fake device counts own tasks by their name")
{
    small::Asked asked;
    small::FakeDevice device(0, {}, asked, make_cpu_device(own_table("x86-64-v3"), 1));
    CHECK(DotRun<float>(device).sum == dot_sums<float>());
    CHECK(asked.calls["dot"] == 1);
    small::Trouble trouble;
    trouble.kind = "dot";
    trouble.call = 1;
    small::FakeDevice broken(0, trouble, asked, make_cpu_device(own_table("x86-64-v3"), 1));
    asked.calls.clear();
    CHECK_THROWS_AS(DotRun<float>(broken), DeviceError);
}

TEST_CASE("a device says which kind of task it has no kernel for")
{
    CHECK_THROWS_WITH(DotRun<float>(*make_cpu_device(1)),
                      Contains("no kernel for tasks of kind dot") &&
                          Contains("kernels/task/tasks.h"));
}
