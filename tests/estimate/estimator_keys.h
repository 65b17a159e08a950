#pragma once

/// @file
/// Keys of an estimator that stand in no file.

#include "host/measure/reader.h"

#include <string>

namespace moerate
{

struct EstimatorKeys : Source
{
    std::string place(Pointer const&) const override { return "here"; }
    std::string name(Pointer const& at) const override { return at.empty() ? "" : at.back(); }
};

} // namespace moerate
