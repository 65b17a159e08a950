#pragma once

/// @file
/// The errors in L2 that every fit has, whatever its gate and its losses (spec.md 2.2).

#include "host/rates/samples.h"

#include <array>

namespace moerate
{

/// One of them.
struct ErrorKind
{
    char const* key;  ///< "expert.over", as in `rates --json`
    char const* name; ///< "expert over", in tables
    char const* what; ///< "expert error over", in reasons
    double RiskRecord::*number;
    bool partial; ///< some fits have no such cell
    bool later;   ///< versions before 2.1 of the store did not measure it
};

/// All, the most telling first.
std::array<ErrorKind, 6> const& error_kinds();

/// The error of a point, or why there is none.
Number number_of(ErrorKind const& kind, RiskRecord const& record);

/// The error at a point of each fit that did not fail.
Numbers error_numbers(ErrorKind const& kind, std::vector<FitsAt> const& all, char const* at);

} // namespace moerate
