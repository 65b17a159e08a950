#include "host/store/status.h"

#include "host/core/error.h"

#include <fmt/format.h>

namespace moerate
{
FitStatus status_of(std::string const& name, std::string const& file)
{
    for (NamedStatus const& known : named_statuses)
        if (name == known.name)
            return known.status;
    throw StoreError(
        fmt::format("{} holds a fit with status \"{}\" (not a status of this format) use a "
                    "newer moerate",
                    file, name));
}

} // namespace moerate
