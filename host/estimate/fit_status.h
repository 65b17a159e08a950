#pragma once

/// @file
/// What became of a fit: THE RULE, for runs and for a user's own data.

namespace moerate
{

enum class FitStatus : int
{
    ok = 0,
    not_finite = 1, ///< a parameter left the finite numbers
    diverged = 2,   ///< training MSE above that of f = 0
    no_descent = 3, ///< training MSE above the start's; a note, no failure
};

/// A status and its name in stores and documents.
struct NamedStatus
{
    FitStatus status;
    char const* name;
};
constexpr NamedStatus named_statuses[] = {{FitStatus::ok, "ok"},
                                          {FitStatus::not_finite, "not_finite"},
                                          {FitStatus::diverged, "diverged"},
                                          {FitStatus::no_descent, "no_descent"}};

/// "ok", "not_finite", "diverged", "no_descent".
constexpr char const* status_name(FitStatus status)
{
    for (NamedStatus const& known : named_statuses)
        if (status == known.status)
            return known.name;
    return "unknown";
}

/// Whether a fit counts as failed: it is left out of every statistic and counted.
constexpr bool failed(FitStatus status)
{
    return status == FitStatus::not_finite || status == FitStatus::diverged;
}

/// The training errors that a fit's status depends on.
struct FitErrors
{
    double fit;
    double start;           ///< NaN: no start was given
    double mean_square;     ///< of y: that of f = 0
    double exact_below = 0; ///< up to which it is rounding (exact_fit.h); 0 where y has noise
};

/// Status of a fit; `finite`: all of its parameters are.
constexpr FitStatus status_of(bool finite, FitErrors const& mse)
{
    return !finite                         ? FitStatus::not_finite
           : !(mse.fit <= mse.mean_square) ? FitStatus::diverged // also where the MSE overflows
           : mse.fit > mse.start && mse.fit > mse.exact_below ? FitStatus::no_descent
                                                              : FitStatus::ok;
}

} // namespace moerate
