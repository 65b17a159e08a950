#pragma once

/// @file
/// Starting points near a target measure (spec.md 3).

#include "kernels/core/task_launch.h"
#include "kernels/model/shape.h"
#include "kernels/rng/stream.h"

#include <string_view>
#include <type_traits>

namespace moerate
{

/// What an extra atom takes from the true atom that it starts at.
enum class Split : int
{
    share, ///< equal shares of the mass m of the true atom (hierarchical: of e^nu in the group), as
           ///< far as there is a bias to carry it; location and expert are copied
    null,  ///< the gate is copied, the expert is 0: f is kept exactly where atoms do not compete
};

/// Where extra atoms (i >= k*) may start.
struct StartSettings
{
    double noise_sd = 0; ///< s = scale * n^exponent; 0 starts on the target itself
    Split split = Split::share;
};

/// One starting point. Fitted atom i < k* starts at true atom i, an extra one at a random member of
/// `extra`; then N(0, s^2) on every parameter, keyed by the parameter's name and atom. In
/// hierarchical models atoms are counted within their group, and an extra one starts in the true
/// group of its own. A learned T gets the noise too, but keeps at least a tenth of what it starts
/// from.
template <class Real>
struct StartTask
{
    static constexpr std::string_view name = "start";
    static constexpr TaskLaunch launch{1, std::is_same_v<Real, float>};

    Model model;
    Model target;
    double const* theta_target; ///< [target.layout.size]
    StreamKey key;
    StartSettings settings;
    int const* extra; ///< true atoms (0-based) on which extra atoms may start
    int extras;       ///< how many
    Real* theta;      ///< out [model.layout.size]
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: some a parameter.
template <class Real>
MOE_HD double work(StartTask<Real> const& task)
{
    return task.model.layout.size;
}

MOE_END_ISA
