#pragma once

/// @file
/// One Levenberg-Marquardt step of a least-squares fit inside its box.

#include "kernels/core/task_launch.h"
#include "kernels/lse/coordinates.h"

#include <cstddef>
#include <string_view>

namespace moerate
{

/// A coordinate is dead where H_ii, H = J^T J, is at most this share of the largest: its column of
/// J is what rounding leaves of terms that cancel (some 1e-16 of them), as those of the score of an
/// atom that is alone in its group, or of atoms with the same response.
constexpr double dead_share = 1e-28;

/// The largest H_ii of a dead coordinate of H [p][p] (dead_share).
MOE_HD MOE_INLINE double dead_diagonal(double const* gram, std::size_t p)
{
    double largest = 0;
    for (std::size_t i = 0; i < p; ++i)
        largest = gram[i * p + i] > largest ? gram[i * p + i] : largest;
    return dead_share * largest;
}

/// What a step is expected to do, and what is known of the point that it starts from. S = |r|^2 /
/// 2, whose gradient by z is g = J^T r; H = J^T J.
struct StepRecord
{
    double predicted; ///< decrease of S by the step taken, by the model in use (StepTask::curved)
    double other;     ///< by the other model
    double step_norm; ///< before the trial is centred
    double z_norm;    ///< |z| of the point
    double projected_gradient; ///< largest |P(z - g) - z|, P the projection on the box
    double steepest; ///< largest |g_i| / sqrt(H_ii) of the free set: over |r| it is a cosine
    double gain;     ///< g.H^+ g on the free set, or what the box leaves of it where gain_below is
                     ///< infinite; -1 where it was not asked for
    int at_bound;    ///< coordinates of the point that are on a bound
    int factored;    ///< 0: no step was found (not finite, or damped too little), no trial
};

/// The step s from theta with (M + damping D) s = -g, D = diag(H) clamped to [1e-6, 1e32], kept in
/// the box (step_one.h). M is H, the model of Gauss and Newton, or H + C, where C stands for the
/// sum of r_t times the second derivatives of f at x_t, which that one leaves out; it is learned
/// from how g changes from point to point (curvature.h).
///
/// The trial is theta + s, its forms symmetric, and centred: what a common shift of the atoms
/// leaves unchanged has the middle of its range in the middle of the box.
struct StepTask
{
    static constexpr std::string_view name = "step";
    static constexpr TaskLaunch launch{4};

    Model model;
    double const* theta;    ///< [layout.size] the point
    double const* lower;    ///< [p] of the box, p = coordinate_count(model)
    double const* upper;    ///< [p]
    double const* gram;     ///< [p][p] H; null: no step, the trial is theta in the box, and C is 0
    double* curvature;      ///< [p][p] in, out: C
    double const* gradient; ///< [p] g
    double const* gradient_before; ///< [p] where the fit was before, which `trial` then holds;
                                   ///< null: C stays
    double* along; ///< [p] in, with gradient_before: H there times the step that led here; out: H s
    int curved;    ///< 1: M = H + C, 0: M = H
    double damping;    ///< > 0
    double gain_below; ///< the gain is worked out where twice what H predicts, which is less, is at
                       ///< most this
    double* work;      ///< [step_numbers(model)], on a multiple of 64 bytes
    double* trial;     ///< in: see gradient_before, out [layout.size]
    StepRecord* record; ///< out
};

} // namespace moerate

MOE_BEGIN_ISA

/// Distance between rows of the factor of a matrix of p rows: whole vectors.
MOE_HD constexpr int factor_stride(int p)
{
    return (p + 7) / 8 * 8;
}

/// Numbers of StepTask::work: the factor.
MOE_HD inline std::size_t step_numbers(Model const& model)
{
    auto const stride = static_cast<std::size_t>(factor_stride(coordinate_count(model)));
    return stride * stride;
}

/// Flops of a task: a Cholesky factor, and products of matrix and vector.
MOE_HD inline double work(StepTask const& task)
{
    double const p = coordinate_count(task.model);
    return task.gram == nullptr ? p : p * p * p / 3 + 6 * p * p;
}

MOE_END_ISA
