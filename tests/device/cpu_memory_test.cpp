// Memory of the CPU as a device: small pieces, and such that stand on large pages.

#include "host/device/device.h"

#include <catch2/catch.hpp>

#include <cstdint>
#include <vector>

using namespace moerate;

TEST_CASE("memory of the CPU is aligned, whole and given back, on large pages too")
{
    auto const device = make_cpu_device(1);
    for (std::size_t const bytes : {std::size_t{1}, std::size_t{100000}, (std::size_t{1} << 25) - 1,
                                    (std::size_t{1} << 25) + 1, std::size_t{77} << 20})
    {
        INFO(bytes);
        for (int again = 0; again < 2; ++again) {
            void* const memory = device->allocate(bytes);
            std::size_t const unit = bytes > std::size_t{1} << 25 ? std::size_t{1} << 21 : 64;
            CHECK(reinterpret_cast<std::uintptr_t>(memory) % unit == 0);
            std::vector<unsigned char> const ends{1, 2, 3};
            auto* const last = static_cast<unsigned char*>(memory) + bytes - 1;
            device->upload(last, ends.data() + 2, 1);
            device->upload(memory, ends.data(), 1);
            unsigned char got = 0;
            device->download(&got, last, 1);
            CHECK(got == (bytes == 1 ? 1 : 3));
            device->release(memory);
        }
    }
}
