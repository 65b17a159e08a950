#pragma once

/// @file
/// How a fit ended.

#include <string>

namespace moerate
{

enum class FitStatus : int
{
    ok = 0,
    not_finite = 1, ///< a parameter left the finite numbers
    diverged = 2,   ///< training MSE above that of f = 0
    no_descent = 3, ///< training MSE above the start's; a note, no failure
};

/// Whether a fit counts as failed: it is left out of every statistic and counted.
constexpr bool failed(FitStatus status)
{
    return status == FitStatus::not_finite || status == FitStatus::diverged;
}

/// Whether `part` of `whole` is more than `share`. The quotient of two whole numbers is rounded as
/// the text of a decimal share is: 29 of 100 is not above 0.29, though 0.29 * 100 is below 29.
inline bool above(int part, int whole, double share)
{
    return static_cast<double>(part) / whole > share;
}

/// Name of a status in the store: "ok", "not_finite", "diverged", "no_descent".
std::string status_name(FitStatus status);

/// Status of a name that the store `file` holds. Throws StoreError for an unknown one.
FitStatus status_of(std::string const& name, std::string const& file);

} // namespace moerate
