#pragma once

/// @file
/// What each atom and each cell adds to a loss.

#include "host/measure/measure_json.h"
#include "kernels/loss/loss_api.h"

#include <optional>
#include <vector>

namespace moerate
{

/// The terms of a loss (spec.md 2.2) of the atoms as the gauge has moved them; the sum of all is
/// the loss.
struct LossTerms
{
    std::vector<double> atom; ///< [k] parameter terms of a fitted atom, with its weight
    std::vector<double> mass; ///< [k*] mass term of a true atom's cell
};

/// None for hierarchical losses, whose terms are products of groups' and members', for losses
/// against a set of measures, and where a number of theta is not finite.
std::optional<LossTerms> loss_terms(Measure const& fitted, Measure const& reference,
                                    LossChoice const& choice);

} // namespace moerate
