#pragma once

/// @file
/// Where fits fail, and so what a message about them should point at.

#include "host/store/store.h"

#include <array>
#include <string>
#include <vector>

namespace moerate
{

/// What of a fit first left the finite numbers, or brought its MSE above the mean of y^2.
enum class Stage : int
{
    data,  ///< y
    start, ///< the starting point's predictions, which the fit did not make worse
    step,  ///< the parameters or predictions of the fit itself
};
constexpr int stage_count = 3; ///< members of Stage

/// The stage at which a failed fit failed.
Stage failed_stage(FitRow const& fit);

/// Failed fits by stage.
struct StageCounts
{
    std::array<int, stage_count> of{};

    /// Counts the failed ones among `fits`.
    void add(std::vector<FitRow> const& fits);
    /// "2 in the data, 3 in the steps"
    std::string text() const;
    /// What to look at: "data.noise_variance and the size of the truth, ..."
    std::string advice() const;
};

} // namespace moerate
