// The CUDA device against a runtime that the test plays, so that its errors can be tested where
// there is no GPU, and provoked where there is one. A build without CUDA compiles the file nowhere
// else.

#include "host/device/cuda_device.cpp"

#include <catch2/catch.hpp>

#include <map>
#include <thread>

using Catch::Matchers::Contains;

namespace
{

/// The runtime that is played. Every call must find its device selected by its own thread.
struct Runtime
{
    int driver = 13000;
    int boards = 2;
    int major = 9;
    bool full = false;               ///< the next allocation finds no memory
    bool lost = false;               ///< the next call finds the device lost, and all after it
    int failures = 0;                ///< calls that found it lost
    double seconds = 0;              ///< that a list takes
    std::map<void*, int> held;       ///< device of each allocation
    int released = 0, misplaced = 0; ///< releases, and those where another device was selected
};
Runtime runtime;
thread_local int selected = 0;

void check_lost()
{
    if (runtime.lost)
        throw moerate::CudaError(runtime.failures++ == 0 ? "first failure" : "later failure");
}

struct NewRuntime
{
    NewRuntime()
    {
        runtime = {};
        selected = 0;
        unsetenv("CUDA_VISIBLE_DEVICES");
    }
};

} // namespace

namespace moerate
{

int cuda_driver()
{
    return runtime.driver;
}
int cuda_runtime()
{
    return 13000;
}
int cuda_count()
{
    return runtime.boards;
}
CudaBoard cuda_board(int)
{
    return {"Board", runtime.major, 0, 100, 2, std::size_t{80} << 30};
}
void cuda_select(int index)
{
    check_lost();
    selected = index;
}
void cuda_probe()
{
    check_lost();
}
std::size_t cuda_free_bytes()
{
    check_lost();
    return 1000 + static_cast<std::size_t>(selected);
}
void* cuda_allocate(std::size_t bytes)
{
    check_lost();
    if (runtime.full)
        throw CudaMemoryError("cudaErrorMemoryAllocation");
    void* const memory = ::operator new(bytes);
    runtime.held[memory] = selected;
    return memory;
}
void cuda_release(void* memory) noexcept
{
    ++runtime.released;
    runtime.misplaced += runtime.held.at(memory) != selected ? 1 : 0;
    runtime.held.erase(memory);
    ::operator delete(memory);
}
void cuda_upload(void*, void const*, std::size_t)
{
    check_lost();
}
void cuda_download(void*, void const*, std::size_t)
{
    check_lost();
}
void cuda_copy(void*, void const*, std::size_t)
{
    check_lost();
}
template <class Task>
double cuda_run(Task const*, std::size_t)
{
    check_lost();
    return runtime.seconds;
}

} // namespace moerate

using namespace moerate;

TEST_CASE("a CUDA device is described by its board")
{
    NewRuntime const fresh;
    DeviceInfo const info = make_cuda_device(1)->info();
    CHECK(info.kind == "cuda");
    CHECK(info.label == "cuda:1");
    CHECK(info.name == "Board");
    CHECK(info.simd == "sm_90");
    CHECK(info.launch_fits == 2 * 12 * 100); // two rounds of 12 warps on 100 multiprocessors
    CHECK(info.memory_bytes == std::size_t{80} << 30);
    CHECK(info.free_bytes == 1001); // the board's own
    CHECK(cuda_devices() == 2);
    CHECK(cuda_unusable().empty());
}

TEST_CASE("every call goes to the object's own device, in any thread")
{
    NewRuntime const fresh;
    std::unique_ptr<Device> const zero = make_cuda_device(0), one = make_cuda_device(1);
    void* const a = zero->allocate(8); // the last that was selected is 1
    void* const b = one->allocate(8);
    CHECK(runtime.held.at(a) == 0);
    CHECK(runtime.held.at(b) == 1);
    CHECK(zero->free_bytes() == 1000);
    CHECK(one->free_bytes() == 1001);
    std::thread([&] { one->release(b); }).join(); // a new thread has device 0
    zero->release(a);
    CHECK(runtime.released == 2);
    CHECK(runtime.misplaced == 0);
}

TEST_CASE("too little CUDA memory is told apart, and the device works on")
{
    NewRuntime const fresh;
    std::unique_ptr<Device> const device = make_cuda_device(1);
    runtime.full = true;
    CHECK_THROWS_AS(device->allocate(8), DeviceMemoryError);
    CHECK_THROWS_WITH(device->allocate(8), Contains("CUDA device 1 has too little free memory") &&
                                               Contains("cudaErrorMemoryAllocation"));
    runtime.full = false;
    CHECK(DeviceArray<int>(*device, 3).download().size() == 3);
}

TEST_CASE("a lost device says so once, and is silent when it is left")
{
    NewRuntime const fresh;
    std::unique_ptr<Device> const device = make_cuda_device(0);
    auto const work = [&] {
        DeviceArray<int> const array(*device, 3);
        runtime.lost = true;
        device->run(std::vector<SgdTask<float>>(1));
    }; // the array is released on a device that fails in every call
    CHECK_THROWS_WITH(work(), Contains("CUDA device 0 failed (first failure)"));
    CHECK(runtime.released == 1);
    CHECK_THROWS_AS(device->upload(nullptr, nullptr, 0), DeviceError);
    CHECK_THROWS_AS(device->download(nullptr, nullptr, 0), DeviceError);
    CHECK_THROWS_AS(device->copy(nullptr, nullptr, 0), DeviceError);
    CHECK_THROWS_AS(device->free_bytes(), DeviceError);
    CHECK_THROWS_AS(device->run(std::vector<LossTask<double>>(1)), DeviceError);
}

TEST_CASE("a CUDA list's time is shared out over its tasks by their work")
{
    NewRuntime const fresh;
    std::unique_ptr<Device> const device = make_cuda_device(0);
    runtime.seconds = 12;
    std::vector<SummaryTask> tasks(3);
    tasks[0].size = 1;
    tasks[1].size = 3;
    tasks[2].size = 2;
    CHECK(device->run(tasks) == std::vector<double>{2, 6, 4});
    CHECK(device->run(std::vector<SummaryTask>(1)) == std::vector<double>{0}); // no work
    CHECK(device->run(std::vector<SummaryTask>{}).empty());
}

TEST_CASE("why a CUDA device is not usable, with what hides devices")
{
    NewRuntime const fresh;
    setenv("CUDA_VISIBLE_DEVICES", "2,3", 1);
    CHECK_THROWS_WITH(make_cuda_device(2), Contains("no CUDA device 2 (there are 2, counted from "
                                                    "0) (CUDA_VISIBLE_DEVICES=2,3)"));
    runtime.lost = true;
    CHECK_THROWS_WITH(make_cuda_device(0), Contains("first failure"));
    runtime.lost = false;
    runtime.major = 7;
    CHECK_THROWS_WITH(make_cuda_device(0), Contains("too old"));
    runtime.boards = 0;
    CHECK_THROWS_WITH(make_cuda_device(0), Contains("no CUDA device (CUDA_VISIBLE_DEVICES=2,3)"));
    runtime.driver = 0;
    CHECK_THROWS_WITH(make_cuda_device(0), Contains("no CUDA driver"));
    CHECK(cuda_devices() == 0);
    unsetenv("CUDA_VISIBLE_DEVICES");
}
