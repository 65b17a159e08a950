#include "host/cli/device_choice.h"
#include "host/core/error.h"
#include "host/device/cpu_info.h"

#include <catch2/catch.hpp>

using namespace moerate;
using Catch::Matchers::Contains;

TEST_CASE("--device names CUDA devices one by one or all", "[cli]")
{
    using Indices = std::vector<int>;
    CHECK(cuda_indices("cuda", 4) == Indices{0});
    CHECK(cuda_indices("cuda:2", 4) == Indices{2});
    CHECK(cuda_indices("cuda:2,0", 4) == Indices{2, 0});
    CHECK(cuda_indices("cuda:all", 3) == Indices{0, 1, 2});
    CHECK(cuda_indices("cuda:all", 0) == Indices{0}); // opening it says why there is none
    CHECK(cuda_indices("cuda:7", 4) == Indices{7});   // opening it says how many there are
    CHECK(cuda_indices("cpu", 4).empty());
    CHECK(cuda_indices("gpu", 4).empty());
}

TEST_CASE("what --device does not know is refused", "[cli]")
{
    for (char const* choice : {"cuda:", "cuda:x", "cuda:0,", "cuda:,1", "cuda:0,,1", "cuda:-1",
                               "cuda:1.5", "cuda:all,0", "cuda:99999"})
        CHECK_THROWS_WITH(cuda_indices(choice, 4), Contains("is unknown (known: auto, cpu, cuda"));
    CHECK_THROWS_AS(cuda_indices("cuda:0,1,0", 4), UsageError);
    CHECK_THROWS_WITH(cuda_indices("cuda:0,1,0", 4), Contains("names device 0 twice"));
    CHECK_THROWS_AS(open_devices("gpu", 1), UsageError);
}

TEST_CASE("the CPU is one device, with the threads that were asked for", "[cli]")
{
    Devices const devices = open_devices("cpu", 3);
    REQUIRE(devices.size() == 1);
    CHECK(devices.front()->info().label == "cpu");
    CHECK(devices.front()->info().threads == 3);
    CHECK(open_device("cpu", 2)->info().threads == 2);
}

TEST_CASE("a level of the CPU is one that it has, and none of a GPU", "[device]")
{
    for (std::string const& level : simd_levels())
        CHECK(open_device("auto", 1, level)->info().simd == level); // auto is the CPU then
    CHECK_THROWS_AS(open_device("cpu", 1, "x86-64-v9"), DeviceError);
    CHECK_THROWS_AS(open_device("cuda", 1, "x86-64-v3"), UsageError);
}
