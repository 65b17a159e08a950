#pragma once

/// @file
/// Linearising a model's prediction on given data: mean square error, gradient, and what the Gram
/// matrix of the Jacobian is made of.

#include "kernels/core/task_launch.h"
#include "kernels/model/shape.h"

#include <string_view>
#include <type_traits>

namespace moerate
{

/// One model on one data set, r = f(x) - y. Outputs that are null are not computed; with
/// coefficients and gradient null a task is a trial of theta. With `known_f` all that depends on
/// theta is known of an earlier task: the gradient alone is computed, for another y, to the same
/// bits.
template <class Real>
struct LinearizeTask
{
    static constexpr std::string_view name = "linearize";
    static constexpr bool tiled = std::is_same_v<Real, float>;
    static constexpr TaskLaunch launch{tiled ? 1 : 2, tiled};

    Model model;
    double const* theta; ///< [layout.size]
    int n;
    Real const* x;      ///< [n][d]
    Real const* y;      ///< [n]
    Real* coefficients; ///< out [coefficient_rows(model)][n], see there; in with known_f
    double* gradient;   ///< out [coordinate_count(model)] J^T r, J = df/dz (coordinates.h)
    double* mse;        ///< out (1/n) sum r^2
    Real* f = nullptr;  ///< out [n] f(x)
    Real const* known_f = nullptr; ///< [n] f(x), or null
};

} // namespace moerate

MOE_BEGIN_ISA

/// Rows of coefficients at each sample: df by the value of each linear map, the score maps (atoms,
/// then groups) and then the expert maps; then, where the score has an outer activation psi, df/ds
/// (k) and psi df/ds (k); then, where experts have a factor lambda, df/dlambda (k). A row's part of
/// the Jacobian by the maps is c(t) [phi(x_t), 1], of the last two kinds c(t) alone.
MOE_HD inline int coefficient_rows(Model const& model)
{
    Shape const shape = shape_of(model, 1);
    return shape.gate_rows + shape.k + (shape.outer ? 2 * shape.k : 0) +
           (shape.factor ? shape.k : 0);
}

/// Flops of a task: a prediction a sample, with gradient or coefficients a sample-update.
template <class Real>
MOE_HD double work(LinearizeTask<Real> const& task)
{
    bool const trial = task.gradient == nullptr && task.coefficients == nullptr;
    return (trial ? flops_per_prediction(task.model) : flops_per_update(task.model)) * task.n;
}

MOE_END_ISA
