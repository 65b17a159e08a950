#include "host/device/cpu_info.h"
#include "host/device/device.h"

#include <catch2/catch.hpp>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

/// This build without one of its levels.
std::vector<CpuLevel> without(std::string const& name)
{
    std::vector<CpuLevel> levels = cpu_levels();
    for (CpuLevel& level : levels)
        if (name == level.name)
            level.table = nullptr;
    return levels;
}

} // namespace

TEST_CASE("a build without a level says so, and how to have it", "[device]")
{
    for (std::string const& left_out : simd_levels()) {
        std::vector<CpuLevel> const levels = without(left_out);
        CHECK(simd_lacking(levels) == std::vector<std::string>{left_out});
        CHECK_THROWS_WITH(cpu_table(left_out, levels), Contains(left_out) &&
                                                           Contains("is not in this build") &&
                                                           Contains("tools/setup portable"));
        for (std::string const& other : simd_levels(levels)) {
            CHECK(other != left_out);
            CHECK(cpu_table("", levels).level == other); // the best one that is there
            CHECK(cpu_table(other, levels).level == other);
        }
    }
}

TEST_CASE("a build of another processor's level alone cannot run here", "[device]")
{
    std::vector<CpuLevel> levels = cpu_levels();
    for (CpuLevel& level : levels)
        level.table = nullptr;
    CHECK(simd_levels(levels).empty());
    CHECK_THROWS_WITH(cpu_table("", levels),
                      Contains(simd_levels().front()) && Contains("is not in this build"));
    CHECK_THROWS_WITH(cpu_table("x86-64-v9", levels), Contains("x86-64-v9"));
}

TEST_CASE("this build has all levels", "[device]")
{
    CHECK(simd_lacking().empty());
    REQUIRE(cpu_levels().size() == 2);
    for (CpuLevel const& level : cpu_levels())
        CHECK(level.table != nullptr);
}

TEST_CASE("an unknown instruction-set level is refused", "[device]")
{
    CHECK_THROWS_AS(make_cpu_device(1, "x86-64-v9"), DeviceError);
}
