#pragma once

/// @file
/// Bends a least-squares step along the way that the residuals take: geodesic acceleration.

#include "kernels/lse/step_api.h"

namespace moerate
{

/// How far along a step v its second derivative r_vv is taken, as a share of v.
constexpr double probe_share = 0.1;

/// Largest |a| / |v|, by the damping's D, with which a step is bent.
constexpr double most_acceleration = 0.75;

/// A step v from theta to trial becomes v + a / 2, where (M + damping D) a = -J^T r_vv and r_vv is
/// the second derivative of the residuals along v: in a bent valley v alone leaves its floor.
/// Transtrum, Machta, Sethna (2011). It takes two of these tasks. The first, without `change`,
/// writes the probe, theta + 0.1 v; the second gets `change`, J^T (f(theta) - f(probe)), from which
/// follows J^T r_vv, and moves the trial, if a is small beside v.
struct AccelerateTask
{
    static constexpr std::string_view name = "accelerate";
    static constexpr TaskLaunch launch{4};

    StepTask step;        ///< that was taken; record, gradient_before and gain_below are not read
    double* probe;        ///< out, then in [layout.size]
    double const* change; ///< [p]; null: write the probe
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task.
MOE_HD inline double work(AccelerateTask const& task)
{
    return task.change == nullptr ? task.step.model.layout.size : work(task.step);
}

MOE_END_ISA
