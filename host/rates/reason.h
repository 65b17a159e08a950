#pragma once

/// @file
/// A reason why a slope is not to be read as a rate.

#include <nlohmann/json.hpp>

#include <string>

namespace moerate
{

/// One that holds.
struct Reason
{
    std::string code;               ///< of the table of reasons (verdict.h)
    std::string text;               ///< with its numbers, for people
    nlohmann::ordered_json numbers; ///< an object
};

} // namespace moerate
