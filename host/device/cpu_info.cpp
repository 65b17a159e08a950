#include "host/device/cpu_info.h"

#include "host/device/cgroup.h"
#include "host/device/device.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

namespace moerate
{
namespace
{

/// Value of the first line "key : value" of a file in /proc, empty if there is none.
std::string proc_value(char const* file, std::string const& key)
{
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        auto const colon = line.find(':');
        if (colon == std::string::npos || line.compare(0, key.size(), key) != 0)
            continue;
        auto const begin = line.find_first_not_of(" \t", colon + 1);
        return begin == std::string::npos ? std::string() : line.substr(begin);
    }
    return {};
}

bool processor_runs(CpuLevel const& level)
{
    if (level.name == std::string_view(level_v4))
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512cd");
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi2");
}

} // namespace

int usable_cores()
{
    int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    if (auto const cpus = group_limits().cpus)
        cores = std::min(cores, static_cast<int>(*cpus));
    if (char const* const text = std::getenv("SLURM_CPUS_PER_TASK"))
        if (int const given = std::atoi(text); given > 0)
            cores = std::min(cores, given);
    return std::max(1, cores);
}

std::string processor_name()
{
    std::string const name = proc_value("/proc/cpuinfo", "model name");
    return name.empty() ? "unknown" : name;
}

std::size_t free_memory()
{
    std::string const kib = proc_value("/proc/meminfo", "MemAvailable");
    constexpr std::size_t fallback = std::size_t{1} << 30;
    std::size_t const free = kib.empty() ? fallback : std::stoull(kib) * 1024;
    return std::min(free, group_limits().free.value_or(free));
}

std::size_t all_memory()
{
    std::string const kib = proc_value("/proc/meminfo", "MemTotal");
    std::size_t const all = kib.empty() ? 0 : std::stoull(kib) * 1024;
    std::size_t const allowed = group_limits().memory.value_or(all);
    return all == 0 ? allowed : std::min(all, allowed);
}

std::vector<std::string> simd_levels(std::vector<CpuLevel> const& levels)
{
    std::vector<std::string> names;
    for (CpuLevel const& level : levels)
        if (processor_runs(level) && level.table != nullptr)
            names.emplace_back(level.name);
    return names;
}

std::vector<std::string> simd_lacking(std::vector<CpuLevel> const& levels)
{
    std::vector<std::string> names;
    for (CpuLevel const& level : levels)
        if (processor_runs(level) && level.table == nullptr)
            names.emplace_back(level.name);
    return names;
}

CpuTable cpu_table(std::string const& simd, std::vector<CpuLevel> const& levels)
{
    auto const usable = simd_levels(levels);
    auto const lacking = simd_lacking(levels);
    if (usable.empty() && lacking.empty())
        throw DeviceError(
            "this processor cannot run moerate (the CPU kernels need x86-64-v3: AVX2, "
            "FMA, BMI2); use a newer processor");
    std::string const name = !simd.empty()    ? simd
                             : usable.empty() ? lacking.front()
                                              : usable.front();
    if (std::find(lacking.begin(), lacking.end(), name) != lacking.end())
        throw DeviceError(fmt::format(
            "SIMD level \"{}\" is not in this build (tools/quickstart builds what the processor "
            "at hand runs best) build all levels: tools/setup portable in the clone",
            name));
    for (CpuLevel const& level : levels)
        if (name == level.name && processor_runs(level))
            return level.table(); // made by code of its level
    throw DeviceError(fmt::format("SIMD level \"{}\" is not usable (this processor and build "
                                  "have {}); name one of these",
                                  name, fmt::join(usable, ", ")));
}

CpuTable cpu_table(std::string const& simd)
{
    return cpu_table(simd, cpu_levels());
}

} // namespace moerate
