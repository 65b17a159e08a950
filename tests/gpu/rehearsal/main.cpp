// The GPU tests with a CPU in the GPU's place: AVX2 code on one thread against the best level on
// all cores. Says nothing about a GPU, but that the tests themselves are sound before they meet
// one.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include "host/device/tables.h"
#include "tests/gpu/devices.h"
#include "tests/gpu/draws_probe.h"
#include "tests/gpu/own_gpu.h"
#include "tests/task/own/own_tasks.h"

namespace moerate
{

Device& gpu()
{
    static std::unique_ptr<Device> const device = make_cpu_device(1, "x86-64-v3");
    return *device;
}

std::unique_ptr<Device> own_gpu_again()
{
    return make_cpu_device(own_table_v3(), 1);
}

Device& own_gpu()
{
    static std::unique_ptr<Device> const device = own_gpu_again();
    return *device;
}

SharedLimits dot_limits()
{
    return {};
}

std::vector<Draw> gpu_draws(StreamKey const& key, Stream stream, std::uint64_t from, int count)
{
    std::vector<Draw> draws;
    for (int i = 0; i < count; ++i) {
        Words const words = philox(key, stream, from + static_cast<std::uint64_t>(i));
        Draw draw{words, {}, normals(words)};
        for (int q = 0; q < 4; ++q)
            draw.uniform[q] = uniform_pm1(words.w[q]);
        draws.push_back(draw);
    }
    return draws;
}

std::vector<std::uint32_t> gpu_order(StreamKey const& key, std::uint32_t epoch, std::uint32_t n)
{
    std::vector<std::uint32_t> rows(n);
    fill_order(SerialLanes{}, make_order(key, epoch, n), 0, static_cast<int>(n), rows.data());
    return rows;
}

} // namespace moerate
