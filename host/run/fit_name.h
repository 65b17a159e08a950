#pragma once

/// @file
/// One fit of a study, by what a user calls it.

#include <string>

namespace moerate
{

struct FitName
{
    std::string label;
    int n = 0;
    int replicate = 0; ///< from 0, as in the store
};

} // namespace moerate
