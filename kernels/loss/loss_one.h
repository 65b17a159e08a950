#pragma once

/// @file
/// One Voronoi loss of one fit (spec.md 1.3, 2.1, 2.2): the evaluator of the losses, which are data
/// (LossForm). Parameters become float64 as they are read.

#include "kernels/loss/hierarchical_one.h"
#include "kernels/loss/negated_atoms.h"

MOE_BEGIN_ISA

/// The working memory of a task's loss of one level.
template <class Real>
MOE_HD LossWork loss_work(Scratch& scratch, LossTask<Real> const& task, LossForm const& form,
                          Moves const& moves)
{
    return {scratch, columns_of(form, Level::atoms, task.model, task.truth), moves, task.model.k,
            task.truth.k};
}

/// Bytes of working memory of run_one.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes /*lanes*/, LossTask<Real> const& task)
{
    LossForm const form = form_of(task.choice.loss);
    Moves const moves = moves_of(task, form);
    if (form.grouped())
        return hierarchical_bytes(task, form, moves);
    Scratch measure(nullptr);
    loss_work(measure, task, form, moves);
    if (task.choice.against == Against::set)
        SetWork(measure, task.model.k, task.truth.k);
    return measure.used();
}

/// Measures a task of one level.
template <class Real, class Lanes>
MOE_HD LossWork flat_one(Lanes lanes, LossTask<Real> const& task, LevelRule const& rule,
                         Moves const& moves, Scratch scratch, LossParts& parts)
{
    LossWork const work = loss_work(scratch, task, rule.form, moves);
    gather(lanes, task, work, {work.k}, {work.k_true});
    parts = measure_level(lanes, work, rule);
    return work;
}

/// Measures a task against the set of measures that give the target's f. Its loss has no mass term,
/// and nothing moves.
template <class Real, class Lanes>
MOE_HD void set_one(Lanes lanes, LossTask<Real> const& task, LevelRule const& rule,
                    Moves const& moves, Scratch scratch)
{
    MOE_EXPECT(rule.form.mass_cells == MassCells::none && !rule.form.grouped());
    LossWork const work = loss_work(scratch, task, rule.form, moves);
    SetWork const set(scratch, task.model.k, task.truth.k);
    gather(lanes, task, work, {work.k}, {work.k_true});
    lanes.sync();
    SetRows const rows{&work, nature_of(task.model), rule.t_true};
    measure_set(lanes, rows, set, task.record, task.cell);
}

/// Writes task.record and task.cell. The scratch, shared by the lanes, is free again on return.
template <class Real, class Lanes>
MOE_HD void run_one(Lanes lanes, LossTask<Real> const& task, void* scratch_memory)
{
    LevelRule const rule = rule_of(task);
    Moves const moves = moves_of(task, rule.form);
    Scratch const scratch(scratch_memory);
    if (task.choice.against == Against::set) {
        set_one(lanes, task, rule, moves, scratch);
        return;
    }
    LossParts parts{};
    LossWork const work = rule.form.grouped()
                              ? hierarchical_one(lanes, task, rule, moves, scratch, parts)
                              : flat_one(lanes, task, rule, moves, scratch, parts);
    for (int i = lanes.rank(); i < work.k; i += lanes.size())
        task.cell[i] = work.cell[i];
    if (lanes.rank() == 0)
        *task.record = make_record(work, parts);
    lanes.sync();
}

MOE_END_ISA
