#pragma once

/// @file
/// Least squares by rounds of Levenberg-Marquardt over many fits at once: each round is a list of
/// tasks of every kind for the fits that go on. No result depends on what else is in the list.

#include "kernels/spec/model.h"

#include <functional>
#include <vector>

namespace moerate
{

class Device;

/// Why a fit ended.
enum class LseEnd
{
    gain,       ///< nothing left to gain: g.(J^T J)^+ g / sigma^2 is below its tolerance
    gradient,   ///< the projected gradient is 0, up to its tolerance
    decrease,   ///< the last steps lowered the MSE by less than its tolerance
    slow,       ///< no rounds left
    stuck,      ///< only steps too short for that lower it at all: a kink
    kink,       ///< on kinks, where nothing is left to gain (lse_polish.h)
    not_finite, ///< the start has no finite MSE
};

/// spec.md 4: a fit is stationary if n MSE / sigma^2 can fall by no more than this.
constexpr double stationary_gain = 0.01;

/// When a fit ends. With the defaults its MSE is within 1e-8, relative, of the minimum in whose
/// basin it is, as far as the quadratic model there says.
struct LseSettings
{
    double gain_tolerance = 1e-4;      ///< of the predicted gain in n MSE / sigma^2 ...
    double decrease_tolerance = 1e-9;  ///< ... which must be at most this share of the MSE, too; a
                                       ///< thousandth of it ends a fit as the gain of three rounds
    double gradient_tolerance = 1e-12; ///< of |J_i.r| / (|J_i| |r|), the largest of the free set
    int iterations = 300;              ///< most trials; 0: the start is measured, nothing else
    bool trace = false;                ///< whether results have their rounds
    bool float32 = false;   ///< products of J^T J in float32 (GramTask) as long as a fit is on its
                            ///< way. Whether it has ended is asked of float64, which goes on where
                            ///< it has not: an end is the same kind of point with either
    bool factored = false;  ///< products in float64 by written-out factors (factored_gram.h)
    int search_samples = 0; ///< a fit to more samples first goes to a minimum on so many of them
                            ///< (lse_search.h); 0: on all from the beginning
    bool limited = false;   ///< whether `iterations` counts the rounds of the search, too
    bool search = false;    ///< whether it does so now: it ends where stationary_gain is left
    bool polished = false; ///< steps that know kinks follow (lse_polish.h): a fit that damping of 1
                           ///< and more does not bring on, and that hopes for less than
                           ///< stationary_gain with it, is stuck
};

struct LseResult;

/// One fit: a model, data, a start and its box. All addresses are the device's.
template <class Real>
struct LseItem
{
    Model model;
    int n;
    Real const* x;       ///< [n][d]
    Real const* y;       ///< [n]
    double* theta;       ///< [layout.size] in: start, out: fit
    double const* lower; ///< [p] by coordinate (kernels/lse/coordinates.h)
    double const* upper; ///< [p]
    LseSettings settings;
    double noise_variance = 0; ///< sigma^2; 0: n MSE / max(1, n - p) of the fit itself
    double* gram = nullptr;    ///< out [p][p] J^T J at the end; null: not wanted
    std::function<void(LseResult const&)> ended = nullptr; ///< if not empty: called as it ends,
                                                           ///< polished where it is to be
};

/// One round of a fit: a step and what its trial came to.
struct RoundRecord
{
    int round;        ///< from 1
    double mse;       ///< of the trial
    double damping;   ///< mu that the step was made with
    double predicted; ///< decrease of n MSE by the quadratic model
    double actual;    ///< decrease of n MSE
    double step_norm;
    double gain; ///< g.(J^T J)^+ g / sigma^2 where the step began; -1: not worked out, it is larger
    int at_bound; ///< coordinates on the box where the step began
    bool accepted;
    double sigma2;         ///< in whose units gains are told: that of where the step began
    double radius = 0;     ///< 1 / mu after the trial
    bool polished = false; ///< a step that knows kinks (lse_polish.h)
    bool search = false;   ///< on the first samples alone (lse_search.h)
};

/// How a fit went.
struct LseResult
{
    LseEnd end = LseEnd::not_finite;
    int rounds = 0; ///< trials
    double mse = 0;
    double start_mse = 0;
    double predicted_gain = 0; ///< g.(J^T J)^+ g / sigma^2 at the end: what is left of n MSE /
                               ///< sigma^2; NaN: unknown, as J^T J has no factor
    double actual_gain = 0;    ///< decrease of n MSE / sigma^2 by the last accepted step
    double radius = 0;         ///< 1 / mu at the end
    double gradient_norm = 0;  ///< largest |P(z - g) - z| at the end, g of n MSE / 2
    int at_bound = 0;          ///< coordinates on the box
    int kinks = 0;             ///< samples on kinks (lse_polish.h)
    double seconds = 0;        ///< of all its tasks
    std::vector<RoundRecord> trace;
};

/// Does all fits in place on theta; results in their order. Memory comes from the device, for as
/// many fits at a time as it has room for. On a CPU several fits are under way at a time: `ended`
/// is called by any of its workers. Throws DeviceError.
template <class Real>
std::vector<LseResult> run_rounds(Device& device, std::vector<LseItem<Real>> const& items);

} // namespace moerate
