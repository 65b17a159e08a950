// Memory, and what happens when the device fails.

#include "host/device/slices.h"
#include "tests/gpu/devices.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

using namespace moerate;
using Catch::Matchers::Contains;

TEST_CASE("what is uploaded comes back", "[small]")
{
    for (int const size : {1, 3, 1000, 1 << 20}) {
        std::vector<int> values(static_cast<std::size_t>(size));
        std::iota(values.begin(), values.end(), -5);
        DeviceArray<int> const array(gpu(), values);
        CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % 64 == 0);
        CHECK(array.download() == values);
    }
    CHECK(DeviceArray<int>(gpu(), 0).download().empty());
}

TEST_CASE("slices are copied on the device", "[small]")
{
    Slices<float> one, other;
    for (std::size_t const size : {1, 33, 1000})
        CHECK(one.add(size) == other.add(size));
    std::vector<float> values(one.size());
    std::iota(values.begin(), values.end(), 0.5F);
    one.upload(gpu(), values);
    other.allocate(gpu());
    other.copy(gpu(), one, 0, 3);
    one.upload(gpu(), std::vector<float>(one.size())); // the copy is one
    CHECK(other.download() == values);
    other.copy(gpu(), one, 1, 2); // of one array
    std::fill(values.begin() + static_cast<std::ptrdiff_t>(one.offset(1)),
              values.begin() + static_cast<std::ptrdiff_t>(one.offset(2)), 0.0F);
    CHECK(other.download() == values);
    Slices<float> none;
    none.copy(gpu(), Slices<float>(), 0, 0);
    CHECK(none.download().empty());
}

TEST_CASE("a CUDA device says what it is", "[cuda][small]")
{
    DeviceInfo const& info = gpu().info();
    CHECK(info.kind == "cuda");
    CHECK_FALSE(info.name.empty());
    CHECK(info.simd.rfind("sm_", 0) == 0);
    CHECK_THAT(info.driver, Contains("CUDA "));
    CHECK(info.label == "cuda:0");
    CHECK(info.memory_bytes > info.free_bytes);
    CHECK(info.free_bytes > 0);
    CHECK(gpu().free_bytes() <= info.memory_bytes);
}

TEST_CASE("an empty list is nothing to do", "[small]")
{
    gpu().run(std::vector<SgdTask<float>>{});
    gpu().run(std::vector<LossTask<double>>{});
}

TEST_CASE("a failed allocation names place and call, and the device works on", "[cuda]")
{
    constexpr std::size_t far_too_much = std::size_t{1} << 50;
    CHECK_THROWS_AS(gpu().allocate(far_too_much), DeviceMemoryError);
    CHECK_THROWS_WITH(gpu().allocate(far_too_much), Contains("kernels/cuda/device_cuda.cu:") &&
                                                        Contains("cudaMalloc") &&
                                                        Contains("cudaErrorMemoryAllocation"));
    auto const problem = drawn_problem<float>(model_of("softmax", "relu", 3, 2), 10, 1);
    CHECK(std::isfinite(evaluated(gpu(), problem).mse));
}

TEST_CASE("a device that does not exist is refused", "[cuda]")
{
    CHECK_THROWS_AS(make_cuda_device(1000), DeviceError);
    CHECK_THROWS_WITH(make_cuda_device(1000), Contains("no CUDA device 1000"));
    CHECK_THROWS_AS(make_cuda_device(-1), DeviceError);
}

// 200 times 8 MB that are not given back would show; the first round loads the kernels, which stay.
TEST_CASE("memory comes back", "[cuda]")
{
    auto const round = [] {
        DeviceArray<float> const array(gpu(), std::vector<float>(std::size_t{1} << 21));
        auto const problem = drawn_problem<float>(model_of("softmax", "relu", 3, 2), 10, 1);
        CHECK(fitted(gpu(), std::vector<Problem<float>>{problem}, {}).front().outcome.finite == 1);
    };
    round();
    std::size_t const before = make_cuda_device()->info().free_bytes;
    for (int i = 0; i < 200; ++i)
        round();
    constexpr std::size_t others = std::size_t{1} << 28; // what other programs may take meanwhile
    CHECK(make_cuda_device()->info().free_bytes + others >= before);
}
