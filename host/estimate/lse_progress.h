#pragma once

/// @file
/// What one least-squares fit does next: damping by the gain ratio, and when it ends. Numbers only;
/// who works them out is lse_rounds.cpp.

#include "host/estimate/lse_rounds.h"
#include "kernels/lse/step_api.h"

namespace moerate
{

/// Damping of the first step, relative to the diagonal of J^T J: Ceres' initial radius 1e4.
constexpr double first_damping = 1e-4;
/// A damping below is lost in the rounding of J^T J; above, no digit of theta moves.
constexpr double least_damping = 1e-12;
constexpr double most_damping = 1e16;

/// Rounds after which a fit is known to be in a bent valley, where acceleration is worth two more
/// passes over the samples.
constexpr int patient_rounds = 30;

/// One fit's way from round to round. S = n MSE / 2.
class LseProgress
{
public:
    /// What follows a step.
    enum class Next
    {
        trial, ///< the MSE at the trial
        step,  ///< another step from the same point
        end,
    };

    /// n samples, p coordinates; noise_variance 0: that of the residuals.
    LseProgress(LseSettings const& settings, int n, int p, double noise_variance)
        : settings_(settings), n_(n), p_(p), noise_variance_(noise_variance)
    {}

    /// Takes the MSE of the start. False if it is not finite: the fit has ended.
    bool begin(double mse);

    /// mu of the next step, and up to which decrease the predicted gain is to be worked out with
    /// it.
    double damping() const { return damping_; }
    double gain_below() const;
    /// Whether the next step goes by H + C: the model that has foretold decreases better.
    bool curved() const { return curved_; }

    /// Whether steps are bent: an exact-specified fit has ended before.
    bool accelerated() const { return result_.rounds >= patient_rounds; }

    /// Takes a step from the present point.
    Next after(StepRecord const& step);

    /// Takes back an end, as J^T J is known better now. Steps are as long as the first one again.
    void reopen();

    /// Takes the MSE of the trial. True if the trial is the new point.
    bool judge(double mse);

    LseSettings const& settings() const { return settings_; }
    LseResult const& result() const { return result_; }
    LseResult& result() { return result_; }

private:
    double sigma2() const;       ///< the noise variance in whose units gains are
    double largest_gain() const; ///< g.H^+ g that nothing is left to gain at
    void accept(double mse, double decrease);
    void refuse();
    void raise_damping();
    Next conclude(LseEnd end);

    LseSettings settings_;
    int n_;
    int p_;
    double noise_variance_;
    LseResult result_;
    StepRecord step_{};
    double damping_ = first_damping;
    double growth_ = 2;       ///< Nielsen's nu: by what a failure raises the damping
    int small_decreases_ = 0; ///< accepted steps in a row that lowered the MSE by nearly nothing
    double decrease_ = 0;     ///< of n MSE by the last accepted step
    bool blocked_ = false;    ///< by kinks, which other steps know
    bool curved_ = false;
    bool closing_ = false; ///< the end is known, and the gain there still to be worked out
};

} // namespace moerate
