#pragma once

/// @file
/// A loss of hierarchical measures (002 eq 25 and 29, golden N11): the members of every fitted
/// group against those of every true group, then the groups, where a pair has the loss of its
/// members beside its own term. So the cells of groups are formed by omega alone, those of members
/// inside each fitted group.
///
/// `align` on two levels. Both softmaxes of the gate have the freedom of spec.md 1.3: a common
/// shift of all (omega, beta), and one of all (kappa, nu) inside each group. So the members of each
/// pair of groups are aligned as the atoms of a softmax gate are, then the groups, where the loss
/// that candidates are compared by includes the members'.

#include "kernels/loss/level.h"

MOE_BEGIN_ISA

/// Groups of a model; one without groups counts as a single group of omega = 0, beta = 0.
MOE_HD inline int groups_of(Model const& model)
{
    return model.groups > 0 ? model.groups : 1;
}

/// Group of an atom.
MOE_HD inline int group_of(Model const& model, int atom)
{
    return model.groups > 0 ? model.group_of[atom] : 0;
}

/// Writes the atoms of a group, ascending, to `index`. Complete on return for all lanes.
template <class Lanes>
MOE_HD Members members_of(Lanes lanes, Model const& model, int group, int* index)
{
    MOE_EXPECT(0 <= group && group < groups_of(model));
    lanes.sync();
    Members members{0, index};
    for (int i = 0; i < model.k; ++i) {
        if (group_of(model, i) != group)
            continue;
        if (lanes.rank() == 0)
            index[members.count] = i;
        ++members.count;
    }
    lanes.sync();
    return members;
}

/// The form of the level of groups: their masses, and |d omega| to its power weighted by them.
MOE_HD inline LossForm form_of_groups(LossForm const& form)
{
    return {form.mass, MassCells::all, true, 1, {{Part::w, form.group, form.group}}};
}

/// Working memory of a hierarchical loss.
struct HierarchicalWork
{
    LossWork atoms; ///< all atoms, for what is recorded beside the loss
    LossWork groups;
    LossParts* inner; ///< [groups][true groups]
    int* index;       ///< [k]
    int* index_true;  ///< [k*]

    template <class Real>
    MOE_HD HierarchicalWork(Scratch& scratch, LossTask<Real> const& task, LossForm const& form,
                            Moves const& moves)
        : atoms(scratch, columns_of(form, Level::atoms, task.model, task.truth), moves,
                task.model.k, task.truth.k),
          groups(scratch, columns_of(form, Level::groups, task.model, task.truth), moves,
                 groups_of(task.model), groups_of(task.truth)),
          inner(scratch.take<LossParts>(
              static_cast<std::size_t>(groups_of(task.model) * groups_of(task.truth)))),
          index(scratch.take<int>(static_cast<std::size_t>(task.model.k))),
          index_true(scratch.take<int>(static_cast<std::size_t>(task.truth.k)))
    {
        groups.inner = inner;
    }
};

/// Bytes of working memory of hierarchical_one.
template <class Real>
MOE_HD std::size_t hierarchical_bytes(LossTask<Real> const& task, LossForm const& form,
                                      Moves const& moves)
{
    Scratch measure(nullptr);
    HierarchicalWork const work(measure, task, form, moves);
    LossWork const members(measure, work.atoms.columns, moves, task.model.k, task.truth.k);
    return measure.used();
}

/// Measures the members of fitted group i against those of true group j, in memory behind
/// `scratch`. They are left in `use(members, fitted, truth)`.
template <class Real, class Lanes, class Use>
MOE_HD void measure_members(Lanes lanes, LossTask<Real> const& task, HierarchicalWork const& work,
                            LevelRule const& rule, Scratch scratch, int i, int j, Use const& use)
{
    Members const fitted = members_of(lanes, task.model, i, work.index);
    Members const truth = members_of(lanes, task.truth, j, work.index_true);
    LossWork const members(scratch, work.atoms.columns, work.atoms.moves, fitted.count,
                           truth.count);
    gather(lanes, task, members, fitted, truth);
    LossParts const parts = measure_level(lanes, members, rule);
    use(members, parts, fitted, truth);
    lanes.sync();
}

/// Brings the cells, `over` and moved locations of one group's members to the rows of all atoms. No
/// sync.
template <class Lanes>
MOE_HD void keep_members(Lanes lanes, LossWork const& atoms, LossWork const& members,
                         Members fitted, Members truth)
{
    for (int m = lanes.rank(); m < fitted.count; m += lanes.size()) {
        int const i = fitted[m];
        atoms.cell[i] = truth.count > 0 ? truth[members.cell[m]] : 0;
        atoms.over[i] = truth.count > 0 ? members.over[m] : 0;
        for (int f = 0; f < atoms.columns.location.size; ++f)
            atoms.moved[i * atoms.moved_stride + f] = members.moved[m * members.moved_stride + f];
    }
}

/// Distances between all atoms and their groups together, cell sizes and true masses e^(beta* +
/// nu*).
template <class Real, class Lanes>
MOE_HD void finish_atoms(Lanes lanes, LossTask<Real> const& task, HierarchicalWork const& work,
                         LevelRule const& rule)
{
    LossWork const& atoms = work.atoms;
    gate_distances(lanes, atoms);
    expert_distances(lanes, atoms);
    lanes.sync();
    for (int p = lanes.rank(); p < atoms.k * atoms.k_true; p += lanes.size()) {
        int const i = group_of(task.model, p / atoms.k_true);
        int const j = group_of(task.truth, p % atoms.k_true);
        atoms.gate2[p] += work.groups.gate2[i * work.groups.k_true + j];
    }
    int const at = atoms.columns.of(Part::bias).begin;
    for (int j = lanes.rank(); j < atoms.k_true; j += lanes.size()) {
        atoms.mass_true[j] =
            work.groups.mass_true[group_of(task.truth, j)] *
            mass_of(rule.form.mass, atoms.row_true[j * atoms.columns.width + at], rule.t_true);
        int size = 0;
        for (int i = 0; i < atoms.k; ++i)
            size += atoms.cell[i] == j ? 1 : 0;
        atoms.cell_size[j] = size;
    }
    lanes.sync();
}

/// Measures a task whose loss is hierarchical: the loss in `parts`, cells and all else that a
/// record needs in the rows of all atoms, those of the groups beside them. `scratch` is left where
/// measure_members goes on.
template <class Real, class Lanes>
MOE_HD HierarchicalWork hierarchical_work(Lanes lanes, LossTask<Real> const& task,
                                          LevelRule const& rule, Moves const& moves,
                                          Scratch& scratch, LossParts& parts)
{
    HierarchicalWork const work(scratch, task, rule.form, moves);
    for (int i = 0; i < work.groups.k; ++i) {
        for (int j = 0; j < work.groups.k_true; ++j)
            measure_members(lanes, task, work, rule, scratch, i, j,
                            [&](LossWork const&, LossParts const& inner, Members, Members) {
                                if (lanes.rank() == 0)
                                    work.inner[i * work.groups.k_true + j] = inner;
                            });
    }
    LevelRule group_rule = rule;
    group_rule.form = form_of_groups(rule.form);
    gather(lanes, task, work.groups, {work.groups.k}, {work.groups.k_true});
    parts = measure_level(lanes, work.groups, group_rule);
    gather(lanes, task, work.atoms, {work.atoms.k}, {work.atoms.k_true});
    for (int i = 0; i < work.groups.k; ++i)
        measure_members(
            lanes, task, work, rule, scratch, i, work.groups.cell[i],
            [&](LossWork const& members, LossParts const&, Members fitted, Members truth) {
                keep_members(lanes, work.atoms, members, fitted, truth);
            });
    finish_atoms(lanes, task, work, rule);
    return work;
}

/// The same; returns the rows of all atoms.
template <class Real, class Lanes>
MOE_HD LossWork hierarchical_one(Lanes lanes, LossTask<Real> const& task, LevelRule const& rule,
                                 Moves const& moves, Scratch scratch, LossParts& parts)
{
    return hierarchical_work(lanes, task, rule, moves, scratch, parts).atoms;
}

MOE_END_ISA
