#include "host/study/swept_defaults.h"

#include "host/measure/reader.h"

#include <algorithm>

namespace moerate
{

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json common_values(std::vector<ordered_json> const& variants, json const& given)
{
    ordered_json common = ordered_json::object();
    for (auto const& item : variants.front().items()) {
        auto const same = [&](ordered_json const& one) {
            auto const found = one.find(item.key());
            return found != one.end() && *found == item.value();
        };
        if (given.contains(item.key()) || std::all_of(variants.begin(), variants.end(), same))
            common[item.key()] = item.value();
    }
    return common;
}

void SweptValues::add(std::vector<ordered_json> const& variants, json const& given, Reader& all,
                      ordered_json& own)
{
    ordered_json const common = common_values(variants, given);
    for (ordered_json const& variant : variants)
        for (auto const& item : variant.items())
            if (!common.contains(item.key()))
                open_.insert(item.key());
    ordered_json const known = all.resolved();
    for (auto const& item : common.items()) {
        if (known.contains(item.key()) && known[item.key()] != item.value())
            own[item.key()] = item.value();
        else
            all.record(item.key(), item.value());
    }
}

ordered_json SweptValues::shared(Reader const& all) const
{
    ordered_json values = all.resolved();
    for (std::string const& key : open_)
        values.erase(key);
    return values;
}

} // namespace moerate
