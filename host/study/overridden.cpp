#include "host/core/error.h"
#include "host/study/readers.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{

using nlohmann::json;

void check_overridden(Document const& document, std::string const& table)
{
    json const& root = document.root();
    json const& fits = root.at("fit");
    if (!root.contains(table) || !root.at(table).is_object())
        return;
    for (auto const& item : root.at(table).items()) {
        Pointer const at = Pointer() / table / item.key();
        if (!std::all_of(fits.begin(), fits.end(),
                         [&](json const& fit) { return fit.contains(at); }))
            continue;
        std::string const whose =
            fits.size() == 1 ? fmt::format("the only fit, \"{}\", has", fits[0].value("label", ""))
                             : std::string("every fit has");
        throw UsageError(fmt::format("{}: {}.{} has no use here ({} its own) remove it, here or "
                                     "from the fit",
                                     document.place(at), table, item.key(), whose));
    }
}

} // namespace moerate
