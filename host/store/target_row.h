#pragma once

/// @file
/// Projections of truths onto fitted classes, as a search has found them.

#include <optional>
#include <string>
#include <vector>

namespace moerate
{

/// One minimum of ||f - f*|| over a fitted class, on the samples of a search.
struct TargetRow
{
    double distance = 0;               ///< ||f - f*||, root mean square over the samples
    std::optional<int> coordinates{};  ///< parameters less antisymmetric parts of matrices A
    std::optional<int> rank{};         ///< of J^T J, scaled to a unit diagonal
    std::optional<int> generic_rank{}; ///< the largest at the starts of the search
    double eigenvalue = 0; ///< of the Hessian of ||f - f*||^2 / 2 by the coordinates that are on no
                           ///< bound: the smallest but for as many 0 as J^T J has; NaN: none
    std::optional<int> at_bound{}; ///< coordinates on the bounds of the box
    std::optional<int> starts{};   ///< of the search that ended there
    std::string ended{};           ///< why the search ended there, as FitFacts::ended
    std::vector<double> theta{};
};

/// Minima whose distances differ by less, relative, are equally low.
constexpr double equal_distance = 1e-8;

/// Why parameters have no one target to converge to: the lowest minimum has more flat directions
/// than the class has anywhere, or another one is as low (rows: the lowest first, distinct
/// functions). None if they have one.
std::optional<std::string> target_not_unique(std::vector<TargetRow> const& rows);

} // namespace moerate
