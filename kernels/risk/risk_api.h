#pragma once

/// @file
/// Regression error, family-free expert errors and responses on common noise-free points
/// (spec.md 2.2).

#include "kernels/core/task_launch.h"
#include "kernels/model/shape.h"

#include <string_view>
#include <type_traits>

namespace moerate
{

/// Errors in L2(mu), estimated on m points. Not a number where there is nothing to measure
/// (no over-specified cell, say).
struct RiskRecord
{
    double regression;    ///< ||f_fit - f_true||
    double expert_over;   ///< max ||h_i - h*_j|| over atoms in cells of more than one atom
    double expert_exact;  ///< the same over cells of one atom
    double expert_missed; ///< max_j min_i ||h*_j - h_i||
    // What stays identified where atoms of one cell A_j trade their shares; an empty sum is 0.
    double response_cell; ///< max_j || sum_{i in A_j} g_i h_i - g*_j h*_j ||
    double response_gate; ///< max_j || sum_{i in A_j} g_i - g*_j ||
    /// Standard error of `regression` that comes of m points standing for mu: that of the mean of
    /// e^2, e = f_fit - f_true, is sd(e^2) / sqrt(m), and a root r has it over 2 r. 0 where r is.
    double regression_error;
};

/// Parameters to measure, and where their errors go.
template <class Real>
struct RiskFit
{
    Real const* theta; ///< [model.layout.size]
    RiskRecord* record;
};

/// Fits of one model against their truth. Cells are formed by expert parameters only. A fit's
/// numbers do not depend on those beside it; a CPU reads the points once for all of a task.
template <class Real>
struct RiskTask
{
    static constexpr std::string_view name = "risk";
    static constexpr TaskLaunch launch{1, std::is_same_v<Real, float>};
    static constexpr int most_fits = 16;

    Model model;
    Model truth;
    int fits; ///< how many of fit[]
    RiskFit<Real> fit[most_fits];
    Real const* theta_true;   ///< [truth.layout.size]
    int points;               ///< m
    double precision;         ///< 0: all points are used. Else a fit is done with the first 1024,
                              ///< 2048, ... whose regression_error is at most this share of it
    Real const* x;            ///< [m][d]
    Real const* f_true;       ///< [m]
    Real const* experts_true; ///< [k*][m] h*_j
    Real const* weights_true; ///< [k*][m] g*_j
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: a prediction a fit and point.
template <class Real>
MOE_HD double work(RiskTask<Real> const& task)
{
    return flops_per_prediction(task.model) * task.points * task.fits;
}

MOE_END_ISA
