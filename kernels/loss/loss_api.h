#pragma once

/// @file
/// Voronoi losses of a fitted against a true mixing measure (spec.md 2), always computed in
/// float64.

#include "kernels/core/hd.h"
#include "kernels/core/task_launch.h"
#include "kernels/spec/model.h"

#include <string_view>

namespace moerate
{

enum class Gauge : int
{
    none,  ///< raw parameters
    align, ///< unidentified moves taken out first (spec.md 1.3)
};

/// What a loss is the distance to.
enum class Against : int
{
    measure, ///< one measure
    set,     ///< the nearest of the measures of the fitted model that give the same f
             ///< (kernels/loss/target_set.h): for losses without a mass term
};

/// A loss by its place in the list Losses (kernels/family/losses.h).
struct LossChoice
{
    int loss = 0;
    double r = 1.0; ///< exponent, where the loss has one
    Gauge gauge = Gauge::align;
    Against against = Against::measure;
};

/// Value and what is recorded beside it. loss = mass + over + exact.
struct LossRecord
{
    double value;
    double mass;
    double over;
    double exact;
    double missed;      ///< sum over empty cells of m*_j min_i ||theta_i - theta*_j||
    double over_gate;   ///< largest gate-location distance to the true atom, cells of several atoms
    double over_expert; ///< largest expert-parameter distance there
    double exact_gate;  ///< the same in cells of one atom
    double exact_expert;
    int empty; ///< number of empty cells
};

/// One measurement. Real is the precision that the fit's parameters stand in; float64 holds each
/// of them exactly, so the same numbers have the same loss in both.
template <class Real>
struct LossTask
{
    static constexpr std::string_view name = "loss";
    static constexpr TaskLaunch launch{};

    Model model;
    Model truth;
    Real const* theta;        ///< [model.layout.size]
    double const* theta_true; ///< [truth.layout.size]
    LossChoice choice;
    LossRecord* record;
    int* cell; ///< out [model.k]: true atom whose cell holds fitted atom i; -1: none
};

} // namespace moerate

MOE_BEGIN_ISA

/// Flops of a task: some a parameter and true atom.
template <class Real>
MOE_HD double work(LossTask<Real> const& task)
{
    return static_cast<double>(task.model.layout.size) * task.truth.k;
}

MOE_END_ISA
