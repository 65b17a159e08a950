#pragma once

/// @file
/// What stored fits tell of themselves beside their parameters: shares and counts over the fits of
/// a curve that did not fail.

#include "host/rates/samples.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// Share of fits that are certified (spec.md 4), over all n; none where no fit knows.
std::optional<double> certified_share(std::vector<FitsAt> const& all);

/// Shares of fits that are stationary points, and whose minimum another start came to, too (spec.md
/// 4); none where no fit knows.
std::optional<double> stationary_share(std::vector<FitsAt> const& all);
std::optional<double> best_share(std::vector<FitsAt> const& all);

/// Mean of `excess`, n (MSE(fit) - MSE(reference)) / sigma^2, by n; NaN where no fit has one. Of
/// exact regular fits it is -rank(J^T J) in expectation.
std::vector<double> mean_excess(std::vector<FitsAt> const& all);

/// Share of fits that the start near the truth has led to, over all n; none where no fit had other
/// starts.
std::optional<double> near_start_won(std::vector<FitsAt> const& all);
/// The same at one n.
std::optional<double> near_start_won(FitsAt const& at);

/// Share of fits with a parameter on the bounds of the box, by n; 0 where they have no box.
std::vector<double> box_share(std::vector<FitsAt> const& all);

/// Smallest and largest rank of J^T J; none where no fit knows.
std::optional<std::pair<int, int>> rank_range(std::vector<FitsAt> const& all);

/// Whether a fit is admissible; none where it has no reference. `reference`: the fitted class holds
/// the truth. Older stores have no `admissible` without noise.
std::optional<bool> known_admissible(FitRow const& fit, bool reference);

/// Share of admissible fits, over all n; none where no fit knows.
std::optional<double> admissible_share(std::vector<FitsAt> const& all, bool reference);
/// The same at one n.
std::optional<double> admissible_share(FitsAt const& at, bool reference);

/// Whether a parameter of the fit is on the bounds of the box.
bool on_the_box(FitRow const& fit);

/// Fits that are no stationary points, "slow in 2, stuck in 1": by the estimator's word for their
/// end; empty if there are none.
std::string not_stationary(std::vector<FitsAt> const& all);

} // namespace moerate
