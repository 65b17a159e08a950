#pragma once

/// @file
/// One level of a loss (spec.md 1.3, 2.1, 2.2) and what is recorded beside it. A loss has one
/// level, a hierarchical one two.

#include "kernels/loss/gauge.h"

MOE_BEGIN_ISA

/// How the rows of a level are measured.
struct LevelRule
{
    LossForm form;
    double r;
    double t_fit; ///< temperature of the fitted measure
    double t_true;
};

/// The rule of a task's loss.
template <class Real>
MOE_HD LevelRule rule_of(LossTask<Real> const& task)
{
    return {form_of(task.choice.loss), task.choice.r,
            trained_temperature(task.model.layout, task.theta, task.model.temperature),
            trained_temperature(task.truth.layout, task.theta_true, task.truth.temperature)};
}

/// Fills the rows of both sides. No sync at the end.
template <class Real, class Lanes>
MOE_HD void gather(Lanes lanes, LossTask<Real> const& task, LossWork const& work, Members fitted,
                   Members truth)
{
    gather_rows(lanes, work.columns, task.model, task.theta, fitted, work.row);
    gather_rows(lanes, work.columns, task.truth, task.theta_true, truth, work.row_true);
}

/// Moves the biases and fills the masses.
template <class Lanes>
MOE_HD void fill_masses(Lanes lanes, LossWork const& work, LevelRule const& rule)
{
    int const width = work.columns.width;
    int const at = work.columns.of(Part::bias).begin;
    bool const moves = work.moves.bias && work.k > 0 && work.k_true > 0;
    double const shift = moves ? bias_shift(work, rule.t_fit, rule.t_true) : 0.0;
    lanes.sync();
    for (int i = lanes.rank(); i < work.k; i += lanes.size()) {
        double& bias = work.row[i * width + at];
        bias += shift;
        work.mass[i] = mass_of(rule.form.mass, bias, rule.t_fit);
    }
    for (int j = lanes.rank(); j < work.k_true; j += lanes.size())
        work.mass_true[j] = mass_of(rule.form.mass, work.row_true[j * width + at], rule.t_true);
}

/// Measures gathered rows: moves the atoms as the gauge says, and returns the parts of the loss in
/// the cells that it leaves in work.cell. Without atoms on one side all mass of the other is
/// missing.
template <class Lanes>
MOE_HD MOE_NOINLINE LossParts measure_level(Lanes lanes, LossWork const& work,
                                            LevelRule const& rule)
{
    lanes.sync();
    fill_masses(lanes, work, rule);
    begin_moves(lanes, work);
    if (work.k == 0 || work.k_true == 0) {
        lanes.sync();
        LossParts parts{0.0, 0.0, 0.0};
        for (int i = 0; i < work.k; ++i)
            parts.mass = parts.mass + work.mass[i];
        for (int j = 0; j < work.k_true; ++j)
            parts.mass = parts.mass + work.mass_true[j];
        return parts;
    }
    expert_distances(lanes, work);
    lanes.sync();
    if (work.moves.location)
        align_locations(lanes, work, rule.form, rule.r);
    assign_cells(lanes, work, work.cell);
    return loss_parts(lanes, work, rule.form, rule.r, work.cell);
}

/// Everything beside the loss's own parts: empty cells and `missed`, largest distances. One lane.
MOE_HD inline LossRecord make_record(LossWork const& work, LossParts const& parts)
{
    using std::sqrt;
    LossRecord record{};
    record.value = parts.value().value();
    record.mass = parts.mass.value();
    record.over = parts.over.value();
    record.exact = parts.exact.value();
    Wide missed = 0.0;
    auto const raise = [](double& largest, double squared) {
        double const distance = sqrt(squared);
        largest = distance > largest || distance != distance ? distance : largest;
    };
    for (int i = 0; i < work.k; ++i) {
        int const pair = i * work.k_true + work.cell[i];
        bool const over = work.over[i] != 0;
        raise(over ? record.over_gate : record.exact_gate, work.gate2[pair]);
        raise(over ? record.over_expert : record.exact_expert, work.expert2[pair]);
    }
    for (int j = 0; j < work.k_true; ++j) {
        if (work.cell_size[j] > 0)
            continue;
        double nearest2 = work.gate2[j] + work.expert2[j];
        for (int i = 1; i < work.k; ++i) {
            double const distance2 =
                work.gate2[i * work.k_true + j] + work.expert2[i * work.k_true + j];
            nearest2 = distance2 < nearest2 ? distance2 : nearest2;
        }
        ++record.empty;
        missed = fma(work.mass_true[j], Wide(sqrt(nearest2)), missed);
    }
    record.missed = missed.value();
    return record;
}

MOE_END_ISA
