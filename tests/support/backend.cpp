#include "kernels/task/tasks.h"
#include "tests/algorithms.h" // all kernels/*/*_one.h, made by cmake/tests.cmake
#include "tests/support/backend_run.h"

#include <tuple>

namespace moerate
{
namespace
{

template <class... Task>
auto all_runs(TypeList<Task...>)
{
    return std::make_tuple(&Backend::run<Task>...);
}

} // namespace

/// Instantiates Backend::run for the whole list.
auto backend_runs = all_runs(Tasks{});

std::string Backend::name() const
{
    switch (lanes) {
    case warp:
        return "a warp";
    case warp_down:
        return "a warp whose last lane is first";
    case warp_wide:
        return "a warp without the narrow instance";
    case 0:
        return level.empty() ? portable : level;
    default:
        return std::to_string(lanes) + " lanes";
    }
}

std::vector<Backend> level_backends()
{
    std::vector<Backend> backends;
    for (std::string const& level : simd_levels())
        backends.push_back({level, 0});
    return backends;
}

std::vector<Backend> lane_backends()
{
    return {{{}, 1}, {{}, 2}, {{}, 7}, {{}, 32}};
}

std::vector<Backend> warp_backends()
{
    return {{{}, Backend::warp}, {{}, Backend::warp_down}, {{}, Backend::warp_wide}};
}

std::vector<Backend> all_backends()
{
    std::vector<Backend> backends = level_backends();
    for (auto const& more : {lane_backends(), warp_backends()})
        backends.insert(backends.end(), more.begin(), more.end());
    return backends;
}

} // namespace moerate
