// A test runner of its own: exit code 77, which ctest shows as skipped, where no CUDA device is
// usable.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "host/device/tables.h"
#include "tests/gpu/devices.h"
#include "tests/gpu/own_gpu.h"
#include "tests/task/own/own_tasks.h"

#include <cstdio>

moerate::Device& moerate::gpu()
{
    static std::unique_ptr<Device> const device = make_cuda_device();
    return *device;
}

std::unique_ptr<moerate::Device> moerate::own_gpu_again()
{
    return make_cuda_device(cuda_table_of(OwnTasks{}));
}

moerate::Device& moerate::own_gpu()
{
    static std::unique_ptr<Device> const device = own_gpu_again();
    return *device;
}

int main(int argc, char** argv)
{
    constexpr int skipped = 77;
    std::string const reason = moerate::cuda_unusable();
    if (!reason.empty()) {
        std::fprintf(stderr, "skipped: %s\n", reason.c_str());
        return skipped;
    }
    return Catch::Session().run(argc, argv);
}
