#pragma once

/// @file
/// How a fit ended, in the store's words.

#include "host/estimate/fit_status.h"

#include <string>

namespace moerate
{

/// Whether `part` of `whole` is more than `share`. The quotient of two whole numbers is rounded as
/// the text of a decimal share is: 29 of 100 is not above 0.29, though 0.29 * 100 is below 29.
inline bool above(int part, int whole, double share)
{
    return static_cast<double>(part) / whole > share;
}

/// Status of a name (status_name) that the store `file` holds. Throws StoreError for an unknown
/// one.
FitStatus status_of(std::string const& name, std::string const& file);

} // namespace moerate
