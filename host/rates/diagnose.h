#pragma once

/// @file
/// What keeps a study from being read as rates, and what to do about it.

#include "host/rates/rates.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

/// Something that a row, or the whole folder, is found to suffer from.
struct Instance
{
    std::string about; ///< label and loss; empty: the folder
    std::string what;  ///< with its numbers
};

/// All instances of one fault.
struct Finding
{
    std::string code; ///< as "no_descent"
    std::string title;
    std::string remedy; ///< what to do next
    std::vector<Instance> instances;
};

/// The faults of a store and its rates, what spoils numbers before what makes them coarse. Empty
/// where nothing was found, which is no proof that a slope is a rate.
std::vector<Finding> diagnose(Store const& store, Study const& study,
                              std::vector<RateRow> const& rows);

/// {"study", "findings": [{"code", "title", "remedy", "instances": [{"about", "what"}]}]}
nlohmann::ordered_json findings_json(Study const& study, std::vector<Finding> const& findings);

/// The same for people.
std::string findings_text(Study const& study, std::vector<Finding> const& findings);

} // namespace moerate
