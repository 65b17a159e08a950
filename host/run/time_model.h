#pragma once

/// @file
/// How long work takes, from measured work. Fits run at one speed and the errors at the evaluation
/// points at another, and their shares change with n: one number for both misjudges what is left.

#include "host/run/plan.h"

#include <vector>

namespace moerate
{

/// Seconds of work: so many a flop (Work::effort), and so many more a regression point.
struct TimeModel
{
    double per_flop = 0;
    double per_point = 0;

    double seconds(Work const& work) const
    {
        return per_flop * work.effort + per_point * work.regression_points;
    }
};

/// Work that took `seconds`, and `saving` more to store, while other work went on.
struct TimedWork
{
    Work work;
    double seconds;
    double saving = 0;
};

/// Least squares of the seconds on flops and points, neither negative; by flops alone where the two
/// cannot be told apart. All zero without work.
TimeModel fitted_time(std::vector<TimedWork> const& done);

/// The model of a study on a device, measured on two small blocks of its own, at its smallest n and
/// at the largest that takes a moment. Before that the speeds of its kinds of fits are measured
/// each for itself, where there are several, for the work of the plan from then on: a minibatch of
/// one sample takes some ten times as long a flop as one of 32. Throws DeviceError.
TimeModel measure_time(Study const& study, Plan& plan, Device& device);

} // namespace moerate
