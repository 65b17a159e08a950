// A test runner of its own: exit code 77, which ctest shows as skipped, where no CUDA device is
// usable.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "tests/gpu/devices.h"

#include <cstdio>

moerate::Device& moerate::gpu()
{
    static std::unique_ptr<Device> const device = make_cuda_device();
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
