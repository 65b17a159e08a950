#include "host/estimate/lse_progress.h"

#include "host/estimate/end_distance.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

/// Accepted steps in a row that end a fit by their small decrease.
constexpr int enough_small_decreases = 3;

/// What such a decrease is, in units of the tolerance of the decrease that is left.
constexpr double small_decrease = 1e-3;

/// A decrease of S that its own rounding hides, relative.
constexpr double hidden_decrease = 1e-16;

/// By how much the other model's error has to be smaller for it to be taken (NL2SOL).
constexpr double better_model = 1.5;

/// A step that theta's digits hide, relative to |z|.
constexpr double hidden_step = 1e-15;

} // namespace

double LseProgress::sigma2() const
{
    if (noise_variance_ > 0)
        return noise_variance_;
    return residual_variance(result_.mse, n_, p_);
}

double LseProgress::largest_gain() const
{
    if (settings_.search)
        return stationary_gain * sigma2();
    return std::min(settings_.gain_tolerance * sigma2(),
                    settings_.decrease_tolerance * n_ * result_.mse);
}

bool LseProgress::begin(double mse)
{
    result_.mse = result_.start_mse = mse;
    result_.end = LseEnd::not_finite;
    return std::isfinite(mse);
}

double LseProgress::gain_below() const
{
    bool const last = closing_ || result_.rounds >= settings_.iterations;
    return last ? std::numeric_limits<double>::infinity() : largest_gain();
}

/// A fit ends only where its gain is known, or was asked for in vain.
LseProgress::Next LseProgress::conclude(LseEnd end)
{
    if (!closing_)
        result_.end = end;
    if (step_.gain < 0 && !closing_) {
        closing_ = true;
        return Next::step;
    }
    result_.radius = 1 / damping_;
    result_.gradient_norm = step_.projected_gradient;
    result_.at_bound = step_.at_bound;
    double const unit = sigma2();
    if (unit > 0) {
        result_.predicted_gain = // no factor, and so no gain: unknown
            step_.gain < 0 ? std::numeric_limits<double>::quiet_NaN() : step_.gain / unit;
        result_.actual_gain = decrease_ / unit;
    }
    return Next::end;
}

LseProgress::Next LseProgress::after(StepRecord const& step)
{
    step_ = step;
    double const half = n_ * result_.mse / 2; // S
    if (step.factored == 0 && curved_) {      // C need not be positive
        curved_ = false;
        return Next::step;
    }
    if (step.factored == 0 || !(step.predicted >= 0)) {
        // no step, or one that the box has turned uphill: shorter ones are along the gradient
        if (damping_ >= most_damping)
            return conclude(LseEnd::stuck);
        raise_damping();
        return Next::step;
    }
    if (closing_)
        return conclude(result_.end);
    if (step.steepest <= settings_.gradient_tolerance * std::sqrt(2 * half))
        return conclude(LseEnd::gradient);
    if (step.gain >= 0 && step.gain <= largest_gain())
        return conclude(LseEnd::gain);
    if (result_.rounds >= settings_.iterations)
        return conclude(LseEnd::slow);
    bool const small = small_decreases_ >= enough_small_decreases;
    bool const hidden =
        step.predicted <= hidden_decrease * half || step.step_norm <= hidden_step * step.z_norm;
    if (small || hidden || blocked_ ||
        damping_ >= most_damping) // short steps say nothing of long ones
        return conclude(damping_ <= 1 ? LseEnd::decrease : LseEnd::stuck);
    return Next::trial;
}

void LseProgress::reopen()
{
    closing_ = false;
    blocked_ = false;
    small_decreases_ = 0;
    if (result_.rounds < settings_.iterations) // else it ends as it is
        damping_ = std::min(damping_, first_damping);
    growth_ = 2;
}

void LseProgress::raise_damping()
{
    damping_ *= growth_;
    growth_ *= 2;
}

bool LseProgress::judge(double mse)
{
    ++result_.rounds;
    double const actual = n_ * (result_.mse - mse);
    if (better_model * std::fabs(2 * step_.other - actual) <
        std::fabs(2 * step_.predicted - actual))
        curved_ = !curved_;
    bool const accepted = std::isfinite(mse) && actual > 0;
    if (settings_.trace)
        result_.trace.push_back({result_.rounds, mse, damping_, 2 * step_.predicted, actual,
                                 step_.step_norm,
                                 step_.gain < 0 || sigma2() == 0 ? -1 : step_.gain / sigma2(),
                                 step_.at_bound, accepted, sigma2()});
    if (accepted)
        accept(mse, actual);
    else
        refuse();
    if (settings_.trace)
        result_.trace.back().radius = 1 / damping_;
    return accepted;
}

void LseProgress::refuse()
{
    blocked_ =
        settings_.polished && damping_ >= 1 && 2 * step_.predicted <= stationary_gain * sigma2();
    raise_damping();
}

void LseProgress::accept(double mse, double decrease)
{
    double const ratio = decrease / (2 * step_.predicted);
    damping_ *= std::max(1.0 / 3, 1 - std::pow(2 * ratio - 1, 3));
    damping_ = std::max(damping_, least_damping);
    growth_ = 2;
    small_decreases_ = decrease <= small_decrease * settings_.decrease_tolerance * n_ * result_.mse
                           ? small_decreases_ + 1
                           : 0;
    decrease_ = decrease;
    result_.mse = mse;
}

} // namespace moerate
