#pragma once

/// @file
/// Which resolved values of a table hold for all curves of a sweep.

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace moerate
{

class Reader;

/// Of one table's resolved values in each variant of a sweep: those whose keys the document gives
/// (`given`), as the first variant has them, and the defaults that all variants have alike. The
/// others follow from what is swept: written down, the first one's would be taken for given in all.
nlohmann::ordered_json common_values(std::vector<nlohmann::ordered_json> const& variants,
                                     nlohmann::json const& given);

/// What all fits share of [start] or [estimator], where some of them are swept.
class SweptValues
{
public:
    /// Takes the values of a swept fit's variants, common_values of which hold for all: into `all`,
    /// or into the fit's own table where another fit has resolved them otherwise.
    void add(std::vector<nlohmann::ordered_json> const& variants, nlohmann::json const& given,
             Reader& all, nlohmann::ordered_json& own);
    /// The values in `all` but for those that some sweep changes.
    nlohmann::ordered_json shared(Reader const& all) const;

private:
    std::set<std::string> open_; ///< keys whose values follow from what is swept
};

} // namespace moerate
