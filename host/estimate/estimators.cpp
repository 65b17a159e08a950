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

std::vector<std::string> names()
{
    std::vector<std::string> result;
    for (EstimatorKind const& kind : estimators())
        result.push_back(kind.name);
    return result;
}

/// Keys that `other` reads and `kind` does not: known, but of no use.
void refuse_keys(Reader& reader, EstimatorKind const& kind, EstimatorKind const& other)
{
    for (std::string const& key : other.keys)
        if (std::find(kind.keys.begin(), kind.keys.end(), key) == kind.keys.end())
            reader.refuse(key, fmt::format("kind = \"{}\" uses it, this one does not", other.name));
}

} // namespace

std::vector<EstimatorKind>& estimators()
{
    static std::vector<EstimatorKind> all{sgd_kind(), lse_kind()};
    return all;
}

std::shared_ptr<Estimator const> read_estimator(Reader& reader, SampleSizes n)
{
    EstimatorKind const& kind =
        estimators().at(static_cast<std::size_t>(reader.word("kind", "estimator", names())));
    std::shared_ptr<Estimator const> estimator = kind.read(reader, n);
    for (EstimatorKind const& other : estimators())
        refuse_keys(reader, kind, other);
    reader.finish();
    return estimator;
}

} // namespace moerate
