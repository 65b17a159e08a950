#include "host/estimate/estimators.h"

#include "host/estimate/sgd.h"
#include "host/measure/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

/// Has its place in the file format, but is not built.
EstimatorKind const unbuilt{"lse",
                            "",
                            "",
                            {"box", "box_temperature", "box_lambda", "gradient_tolerance",
                             "decrease_tolerance", "iterations", "precision"},
                            nullptr};

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
    static std::vector<EstimatorKind> all{sgd_kind()};
    return all;
}

std::shared_ptr<Estimator const> read_estimator(Reader& reader, SampleSizes n)
{
    nlohmann::json const* const name = reader.find("kind");
    if (name != nullptr && *name == unbuilt.name)
        reader.fail("kind", fmt::format("= \"{}\" (the least-squares estimator is not available "
                                        "yet) use one of: {}",
                                        unbuilt.name, joined(names())));
    EstimatorKind const& kind =
        estimators().at(static_cast<std::size_t>(reader.word("kind", "estimator", names())));
    std::shared_ptr<Estimator const> estimator = kind.read(reader, n);
    refuse_keys(reader, kind, unbuilt);
    for (EstimatorKind const& other : estimators())
        refuse_keys(reader, kind, other);
    reader.finish();
    return estimator;
}

} // namespace moerate
