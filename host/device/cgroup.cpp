#include "host/device/cgroup.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace moerate
{
namespace
{

/// A limit beyond all machines: version 1's way to say that there is none.
constexpr double no_limit = 1e17;

/// The first word of a file, as a number; none where there is no such file, or "max".
std::optional<double> number_in(std::string const& file)
{
    std::ifstream in(file);
    double value = 0;
    return in >> value && value >= 0 && value < no_limit ? std::optional<double>(value)
                                                         : std::nullopt;
}

/// The number behind a word at the beginning of a line.
double number_behind(std::string const& file, std::string const& word)
{
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string first;
        double value = 0;
        if (words >> first >> value && first == word)
            return value;
    }
    return 0;
}

template <class T>
void tighten(std::optional<T>& limit, T to)
{
    limit = limit ? std::min(*limit, to) : to;
}

/// Names of the files of a version.
struct Names
{
    char const *quota, *period; ///< period null: it stands behind the quota
    char const *most, *used, *cached;
};
constexpr Names version1{"cpu.cfs_quota_us", "cpu.cfs_period_us", "memory.limit_in_bytes",
                         "memory.usage_in_bytes", "total_cache"};
constexpr Names version2{"cpu.max", nullptr, "memory.max", "memory.current", "file"};

/// Cores that a group may use.
std::optional<double> cpus_of(std::string const& folder, Names const& names)
{
    auto const quota = number_in(folder + "/" + names.quota);
    if (!quota || *quota <= 0)
        return std::nullopt;
    if (names.period != nullptr) {
        auto const period = number_in(folder + "/" + names.period);
        return period && *period > 0 ? std::optional<double>(*quota / *period) : std::nullopt;
    }
    std::ifstream in(folder + "/" + names.quota);
    double first = 0, period = 0;
    return in >> first >> period && period > 0 ? std::optional<double>(first / period)
                                               : std::nullopt;
}

void tighten_by(GroupLimits& limits, std::string const& folder, Names const& names)
{
    if (auto const cpus = cpus_of(folder, names))
        tighten(limits.cpus, *cpus);
    auto const most = number_in(folder + "/" + names.most);
    if (!most)
        return;
    double const used = number_in(folder + "/" + names.used).value_or(0) -
                        number_behind(folder + "/memory.stat", names.cached);
    tighten(limits.memory, static_cast<std::size_t>(*most));
    tighten(limits.free, static_cast<std::size_t>(std::max(0.0, *most - std::max(0.0, used))));
}

/// A group and all around it, up to where they are mounted.
void walk_up(GroupLimits& limits, std::string const& mounted, std::string path, Names const& names)
{
    for (;;) {
        tighten_by(limits, mounted + path, names);
        std::size_t const slash = path.find_last_of('/');
        if (path.empty() || slash == std::string::npos)
            return;
        path.erase(slash);
    }
}

} // namespace

GroupLimits group_limits(std::string const& cgroups, std::string const& self)
{
    GroupLimits limits;
    std::ifstream in(self);
    for (std::string line; std::getline(in, line);) { // "0::/path" or "4:cpu,cpuacct:/path"
        std::size_t const first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        std::string const controllers = line.substr(first + 1, second - first - 1);
        std::string const path = line.substr(second + 1);
        if (controllers.empty())
            walk_up(limits, cgroups, path == "/" ? "" : path, version2);
        else if (controllers.find("cpu") == 0 || controllers == "memory")
            walk_up(limits, cgroups + "/" + controllers, path == "/" ? "" : path, version1);
    }
    return limits;
}

} // namespace moerate
