#pragma once

/// @file
/// Voronoi losses (spec.md 2.2), each as data: what the mass term covers, what weighs the parameter
/// terms, and the norms with their powers. One evaluator (kernels/loss) reads them all:
///
///   loss = sum_{j in mass_cells} | sum_{i in A_j} m_i - m*_j |
///        + sum_j sum_{i in A_j} weight_i sum_terms |Delta_ij part|^power(|A_j|),
///
/// for hierarchical losses the same once for groups and once for the members of each group. In the
/// formulas M is the mass term over all cells, M_over that over cells of more than one atom.

#include "kernels/family/loss/cosine.h"
#include "kernels/family/loss/hierarchical.h"
#include "kernels/family/loss/quadratic.h"
#include "kernels/family/loss/sigmoid.h"
#include "kernels/family/loss/sigmoid_quadratic.h"
#include "kernels/family/loss/softmax.h"

#if !defined(MOE_MORE_LOSSES)
#define MOE_MORE_LOSSES ///< a test may append a loss of its own: `, TheLoss`
#endif

MOE_BEGIN_ISA

using Losses =
    TypeList<SoftmaxL1, SoftmaxL2r, TemperatureL3r, TemperatureL4, HierarchicalL5, HierarchicalL6r,
             CosineL1r, CosineL2, CosineL3, QuadraticL1, QuadraticL2r, MonomialL2r, MonomialL3,
             SigmoidD1, SigmoidD2r, SigmoidD3, SigmoidQuadraticL1, SigmoidQuadraticL2r,
             SigmoidQuadraticL3, SigmoidMonomialL4, SigmoidMonomialL5 MOE_MORE_LOSSES>;

/// The form of the loss at a position in Losses.
MOE_HD constexpr LossForm form_of(int loss)
{
    LossForm form{};
    visit(Losses{}, loss, [&](auto member) {
        constexpr LossForm chosen = decltype(member)::form();
        form = chosen;
    });
    return form;
}

MOE_END_ISA
