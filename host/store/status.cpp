#include "host/store/status.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <array>

namespace moerate
{
namespace
{

struct NamedStatus
{
    FitStatus status;
    char const* name;
};
constexpr std::array<NamedStatus, 4> statuses{{{FitStatus::ok, "ok"},
                                               {FitStatus::not_finite, "not_finite"},
                                               {FitStatus::diverged, "diverged"},
                                               {FitStatus::no_descent, "no_descent"}}};

} // namespace

std::string status_name(FitStatus status)
{
    for (NamedStatus const& known : statuses)
        if (status == known.status)
            return known.name;
    return "unknown";
}

FitStatus status_of(std::string const& name, std::string const& file)
{
    for (NamedStatus const& known : statuses)
        if (name == known.name)
            return known.status;
    throw StoreError(
        fmt::format("{} holds a fit with status \"{}\" (not a status of this format) use a "
                    "newer moerate",
                    file, name));
}

} // namespace moerate
