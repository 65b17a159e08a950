#pragma once

/// @file
/// The Gram matrix of the Jacobian by the maps, as Khatri-Rao sums over the samples.

#include "kernels/core/task_launch.h"
#include "kernels/lse/gram_layout.h"

#include <string_view>

namespace moerate
{

/// Some of the sums of one fit. Which ones each of `parts` tasks makes follows from the model
/// alone, and no sum depends on it: all samples are added in the same order. The sums are those of
/// GramLayout (gram_layout.h). Products are made in `Tile`; where that is float, those of a block
/// of samples are also added in it, and the blocks' sums in float64, in their order.
template <class Real, class Tile = Real>
struct GramTask
{
    using Number = Tile; ///< of the products

    static constexpr std::string_view name = "gram";
    static constexpr TaskLaunch launch{gram_at_once};

    Model model;
    int n;
    Real const* x;            ///< [n][d]
    Real const* coefficients; ///< [coefficient_rows(model)][n], of LinearizeTask
    double* maps_gram;        ///< out [gram_numbers(model)], this part's; 64-byte aligned
    int part;                 ///< < parts
    int parts;                ///< 1: everything; at most gram_tiles(model) have something to do
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task, equal monomials counted several times: lists have many tasks.
template <class Real, class Tile>
MOE_HD double work(GramTask<Real, Tile> const& task)
{
    return 2.0 * most_gram_sums(task.model) * task.n / task.parts;
}

MOE_END_ISA
