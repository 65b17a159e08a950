#pragma once

/// @file
/// The factors of Khatri-Rao sums written out, for a matrix product that is somebody else's.

#include "kernels/core/task_launch.h"
#include "kernels/lse/gram_layout.h"

#include <string_view>

namespace moerate
{

/// A part of the factor matrices of one fit, for the samples from `first` on: products of
/// coefficients c_i c_j and of features phi_a phi_b, whose sums over the samples are those of
/// GramLayout (gram_layout.h). A row is a pair or a monomial and has `samples` numbers; rows of
/// product i of the layout begin at factor_row(layout, i), its pairs first. Pairs are 0 behind the
/// last sample.
struct FactorsTask
{
    static constexpr std::string_view name = "factors";
    static constexpr TaskLaunch launch{4};

    Model model;
    int n;
    double const* x;            ///< [n][d]
    double const* coefficients; ///< [coefficient_rows(model)][n], of LinearizeTask
    int first;                  ///< sample
    int samples;                ///< a multiple of chunk (kernels/model/limits.h)
    double* factors;            ///< out [rows][samples], of which this part's rows are written
    int part;                   ///< < parts
    int parts;
};

} // namespace moerate

MOE_BEGIN_ISA

/// Rows of a task's list of them: what one part should have, so that it lists them once.
constexpr int factor_list = 128;

/// The first row of product `i`; i = layout.products: all rows.
MOE_HD inline int factor_row(GramLayout const& layout, int i)
{
    int row = 0;
    for (int j = 0; j < i; ++j)
        row += layout.product[j].pairs + layout.product[j].monomials;
    return row;
}

/// Products of two numbers that a task makes, equal monomials counted several times.
MOE_HD inline double work(FactorsTask const& task)
{
    GramLayout const layout = gram_groups(task.model);
    double rows = 0;
    for (int i = 0; i < layout.products; ++i) {
        GramProduct const& product = layout.product[i];
        double const left = layout.rows[product.left].range.size + 1;
        double const right = layout.rows[product.right].range.size + 1;
        rows += product.pairs + (product.square() ? left * (left + 1) / 2 : left * right);
    }
    return rows * task.samples / task.parts;
}

MOE_END_ISA
