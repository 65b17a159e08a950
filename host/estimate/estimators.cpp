#include "host/estimate/estimators.h"

#include "host/estimate/lse.h"
#include "host/estimate/sgd.h"
#include "host/measure/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

bool has_key(EstimatorKind const& kind, std::string const& name)
{
    return std::any_of(kind.keys.begin(), kind.keys.end(),
                       [&](Key const& key) { return key.name == name; });
}

/// Keys that `other` reads and `kind` does not: known, but of no use.
void refuse_keys(Reader& reader, EstimatorKind const& kind, EstimatorKind const& other)
{
    for (Key const& key : other.keys)
        if (!has_key(kind, key.name))
            reader.refuse(key.name,
                          fmt::format("kind = \"{}\" uses it, this one does not", other.name));
}

} // namespace

std::vector<EstimatorKind>& estimators()
{
    static std::vector<EstimatorKind> all{sgd_kind(), lse_kind()};
    return all;
}

std::vector<std::string> estimator_names()
{
    std::vector<std::string> result;
    for (EstimatorKind const& kind : estimators())
        result.push_back(kind.name);
    return result;
}

KeyTable estimator_keys()
{
    KeyTable table{
        "[estimator]",
        "How a model is fitted to data. [fit.estimator] overrides it key by key for one fit.",
        {{"kind", "one of " + joined(estimator_names()), "", "1", "the estimator", "\"sgd\""}}};
    for (EstimatorKind const& kind : estimators()) {
        for (Key key : kind.keys) {
            auto const same =
                std::find_if(table.keys.begin(), table.keys.end(),
                             [&](Key const& other) { return other.name == key.name; });
            if (same != table.keys.end()) {
                same->used_by += ", " + kind.name;
                if (same->otherwise != key.otherwise)
                    same->otherwise =
                        fmt::format("({}; {}: {})", same->otherwise, kind.name, key.otherwise);
                continue;
            }
            key.used_by = "kind " + kind.name;
            table.keys.push_back(std::move(key));
        }
    }
    return table;
}

std::shared_ptr<Estimator const> read_estimator(Reader& reader, SampleSizes n)
{
    reader.documented(estimator_keys());
    EstimatorKind const& kind = estimators().at(
        static_cast<std::size_t>(reader.word("kind", "estimator", estimator_names())));
    std::shared_ptr<Estimator const> estimator = kind.read(reader, n);
    for (EstimatorKind const& other : estimators())
        refuse_keys(reader, kind, other);
    reader.finish();
    return estimator;
}

} // namespace moerate
