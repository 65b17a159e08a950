#pragma once

/// @file
/// A fit as it is stored: its facts, its points and their losses.

#include "host/estimate/estimator.h"
#include "host/store/status.h"
#include "host/study/points.h"
#include "kernels/loss/loss_api.h"
#include "kernels/risk/risk_api.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace moerate
{

/// Identity of a measurement of a fit.
struct LossKey
{
    std::string name; ///< "softmax.L1"
    double r = 1.0;
    std::string gauge;  ///< "none" | "align"
    std::string target; ///< "truth" | "projection", "projection 2" (loss_key)
    std::string at;     ///< of fit_points
    friend bool operator<(LossKey const& a, LossKey const& b)
    {
        return std::tie(a.name, a.r, a.gauge, a.target, a.at) <
               std::tie(b.name, b.r, b.gauge, b.target, b.at);
    }
    friend bool operator==(LossKey const& a, LossKey const& b) { return !(a < b) && !(b < a); }
};

/// A measured loss, with its cells.
struct LossRow
{
    LossKey key;
    LossRecord record{};
    std::vector<int> cell; ///< true atom of each fitted atom
};

/// A point of a fit. NaN where a value does not exist; stored as NULL.
struct Point
{
    std::string at;            ///< of fit_points
    std::vector<double> theta; ///< empty with --no-params, and where it was not asked for
    double mse = 0;            ///< training MSE
    RiskRecord risk{};
    std::vector<LossRow> losses;
    bool parameters_kept = true; ///< of a stored fit: the store has its parameters
};

/// A fit as it is stored. NaN where a value does not exist; stored as NULL.
struct FitRow
{
    std::string cell;
    int replicate = 0;
    FitStatus status = FitStatus::ok;
    double mse_truth = 0;
    double excess = 0;              ///< NaN where no reference exists, and without noise
    std::optional<bool> admissible; ///< see admissible(); none where no reference exists
    double moved = 0;               ///< ||fit - start|| / ||start - target||
    int empty = 0;                  ///< number of empty cells (of the first loss), -1 unknown
    FitFacts facts;
    std::optional<bool> certified; ///< see certified(); none where one of the three is not known
    std::vector<Point> points = common_points();

    /// The point of that name; throws std::out_of_range if the fit has none.
    Point& at(std::string const& name);
    Point const& at(std::string const& name) const;
    /// Whether the fit has a point of that name.
    bool has(std::string const& name) const;

    /// Adds a point where fit_points has it; those that it does not know stand behind.
    void add_point(Point point);

    /// The points that every fit has.
    static std::vector<Point> common_points();
};

/// The basic inequality MSE(fit) <= MSE(reference) of spec.md 4, which has the sign of the excess
/// and, other than that, a meaning without noise; none unless the fitted class `holds` the
/// reference (function_held). `above` is the difference of both.
std::optional<bool> admissible(double above, bool holds);

/// The same of a fit whose reference is the truth.
std::optional<bool> admissible(FitRow const& fit, bool holds);

/// Sets `excess`, `admissible` and, from the facts, `certified` of a fit of n samples: n
/// (MSE(fit) - MSE(reference)) / sigma^2, none unless the fitted class `holds` the reference.
/// Without noise a fit is admissible, too, whose MSE is rounding: `exact_below` (exact_fit.h) at
/// most.
void set_excess(FitRow& fit, double mse_reference, bool holds, int n, double noise_variance,
                double exact_below = 0);

/// spec.md 4: admissible, stationary and best of several starts. "Local minimum, best of m", never
/// "global".
std::optional<bool> certified(FitRow const& fit);

/// The measurement of a point; null if there is none, or no such point.
LossRow const* loss_of(FitRow const& fit, LossKey const& key);

} // namespace moerate
