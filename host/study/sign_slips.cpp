#include "host/study/sign_slips.h"

#include <fmt/format.h>

namespace moerate
{

using nlohmann::json;

namespace
{

/// What a power of n above 0 at the end of such a path makes; empty where it is none.
std::string made_by(std::string const& path)
{
    auto const ends = [&](std::string const& end) {
        return path.size() >= end.size() &&
               path.compare(path.size() - end.size(), end.size(), end) == 0;
    };
    if (ends("/start/exponent"))
        return "makes the starts' noise grow with n (its s is scale n^exponent)";
    if (ends("/path/exponent"))
        return "leads the truth away as n grows (it is at base + scale n^exponent (to - base))";
    if (ends("/reported_slope") || ends("/theory") || ends("/theory/claim"))
        return "is of what grows with n (a rate n^-1/2 is the slope -0.5)";
    return {};
}

/// Goes through the document with `path`, which is that of `at` without the sweep and positions in
/// lists.
void collect(Document const& document, json const& value, Pointer const& at,
             std::string const& path, std::vector<Warning>& warnings)
{
    if (value.is_object()) {
        for (auto const& item : value.items())
            collect(document, item.value(), at / item.key(), path + "/" + item.key(), warnings);
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i)
            collect(document, value[i], at / i, path, warnings);
    } else if (value.is_number() && value.get<double>() > 0) {
        if (std::string const made = made_by(path); !made.empty())
            warnings.push_back(
                {fmt::format("{}: {} = {} {} write {}, unless that is meant", document.place(at),
                             document.name(at), value.get<double>(), made, -value.get<double>())});
    }
}

} // namespace

std::vector<Warning> sign_slips(Document const& document)
{
    std::vector<Warning> warnings;
    for (auto const& table : document.root().items()) {
        if (table.key() != "sweep") {
            collect(document, table.value(), Pointer() / table.key(), "/" + table.key(), warnings);
            continue;
        }
        for (auto const& item : table.value().items()) { // its keys are paths with dots
            std::string path = "/" + item.key();
            for (char& c : path)
                c = c == '.' ? '/' : c;
            collect(document, item.value(), Pointer() / "sweep" / item.key(), path, warnings);
        }
    }
    return warnings;
}

} // namespace moerate
