#include "host/device/cgroup.h"
#include "host/device/cpu_info.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <stdlib.h>

using namespace moerate;

namespace
{

void put(TempFolder const& folder, std::string const& name, std::string const& text)
{
    std::filesystem::create_directories(std::filesystem::path(folder.path(name)).parent_path());
    std::ofstream(folder.path(name)) << text;
}

} // namespace

TEST_CASE("the tightest of all groups around a process counts, version 2")
{
    TempFolder folder;
    put(folder, "self", "0::/slurm/job_7/step\n");
    put(folder, "cpu.max", "max 100000\n"); // the root has none, really
    put(folder, "slurm/cpu.max", "400000 100000\n");
    put(folder, "slurm/job_7/cpu.max", "150000 100000\n");
    put(folder, "slurm/job_7/step/cpu.max", "max 100000\n");
    put(folder, "slurm/job_7/memory.max", "1000000\n");
    put(folder, "slurm/job_7/memory.current", "400000\n");
    put(folder, "slurm/job_7/memory.stat", "anon 1\nfile 100000\nfile_mapped 9\n");
    put(folder, "slurm/job_7/step/memory.max", "max\n");
    GroupLimits const limits = group_limits(folder.path(), folder.path("self"));
    CHECK(limits.cpus == 1.5);
    CHECK(limits.memory == 1000000u);
    CHECK(limits.free == 700000u); // the cache gives way
}

TEST_CASE("version 1 has a tree for each controller, and says no limit in numbers")
{
    TempFolder folder;
    put(folder, "self", "4:memory:/job\n2:cpu,cpuacct:/job\n1:name=systemd:/job\n");
    put(folder, "cpu,cpuacct/job/cpu.cfs_quota_us", "300000\n");
    put(folder, "cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    put(folder, "cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put(folder, "memory/memory.limit_in_bytes", "9223372036854771712\n");
    put(folder, "memory/job/memory.limit_in_bytes", "5000\n");
    put(folder, "memory/job/memory.usage_in_bytes", "2000\n");
    GroupLimits const limits = group_limits(folder.path(), folder.path("self"));
    CHECK(limits.cpus == 3.0);
    CHECK(limits.memory == 5000u);
    CHECK(limits.free == 3000u);
}

TEST_CASE("without groups there is no limit")
{
    TempFolder folder;
    GroupLimits const limits = group_limits(folder.path(), folder.path("none"));
    CHECK_FALSE(limits.cpus);
    CHECK_FALSE(limits.memory);
    CHECK_FALSE(limits.free);
}

TEST_CASE("threads are at most those that Slurm gives a task")
{
    setenv("SLURM_CPUS_PER_TASK", "1", 1);
    CHECK(usable_cores() == 1);
    setenv("SLURM_CPUS_PER_TASK", "many", 1);
    int const all = usable_cores();
    CHECK(all >= 1);
    unsetenv("SLURM_CPUS_PER_TASK");
    CHECK(usable_cores() == all);
}
