#pragma once

/// @file
/// One Voronoi loss of one fit (spec.md 1.3, 2.1, 2.2): the evaluator of the losses that are data
/// (LossForm). Always float64.

#include "kernels/loss/gauge.h"

MOE_BEGIN_ISA

/// The parts of a loss; their sum is the loss.
struct LossParts
{
    double mass;
    double over;
    double exact;
    MOE_HD double value() const { return mass + over + exact; }
};

/// The form of the chosen loss.
MOE_HD inline LossForm form_of(LossChoice const& choice)
{
    LossForm form{};
    visit(Losses{}, choice.loss, [&](auto loss) {
        constexpr LossForm chosen = decltype(loss)::form();
        form = chosen;
    });
    return form;
}

/// The working memory of a task's loss.
MOE_HD inline LossWork loss_work(Scratch& scratch, LossTask const& task, LossForm const& form)
{
    return {scratch, columns_of(form, task.model.layout, task.truth.layout), task.model.k,
            task.truth.k};
}

/// Bytes of working memory of loss_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(LossTask const& task)
{
    Scratch measure(nullptr);
    loss_work(measure, task, form_of(task.choice));
    return measure.used();
}

/// norm^power. A power of 0 leaves the term out; 1 and 2 are exact.
MOE_HD inline double powered(double norm2, double power)
{
    using std::pow;
    using std::sqrt;
    if (power == 0)
        return 0;
    if (power == 2)
        return norm2;
    double const norm = sqrt(norm2);
    return power == 1 ? norm : pow(norm, power);
}

/// sum_terms |Delta_ij part|^power of atom i in the cell of j, without its weight.
MOE_HD inline double atom_terms(LossWork const& work, LossForm const& form, double r, int i, int j,
                                bool over)
{
    double const* const row = work.row + i * work.columns.width;
    double const* const row_true = work.row_true + j * work.columns.width;
    double sum = 0;
    for (int t = 0; t < form.terms; ++t) {
        Range const range = work.columns.part[static_cast<int>(form.term[t].part)];
        double const* const a = row + range.begin;
        double const* const b = row_true + range.begin;
        bool const moved = range.begin < work.columns.location.end();
        double const norm2 = moved ? squared_distance(a, work.shift + range.begin, b, range.size)
                                   : squared_distance(a, b, range.size);
        sum += powered(norm2, (over ? form.term[t].over : form.term[t].exact).at(r));
    }
    return sum;
}

/// The loss of the moved atoms in these cells. Sums run over i and j in order, and all lanes
/// return the same parts.
template <class Lanes>
MOE_HD LossParts loss_parts(Lanes lanes, LossWork const& work, LossForm const& form, double r,
                            int const* cell)
{
    using std::fabs;
    for (int j = lanes.rank(); j < work.k_true; j += lanes.size()) {
        int size = 0;
        double mass = 0;
        for (int i = 0; i < work.k; ++i) {
            size += cell[i] == j ? 1 : 0;
            mass += cell[i] == j ? work.mass[i] : 0.0;
        }
        bool const covered =
            form.mass_cells == MassCells::all || (form.mass_cells == MassCells::over && size > 1);
        work.cell_size[j] = size;
        work.cell_term[j] = covered ? fabs(mass - work.mass_true[j]) : 0.0;
    }
    lanes.sync();
    for (int i = lanes.rank(); i < work.k; i += lanes.size()) {
        double const weight = form.weighted ? work.mass[i] : 1.0;
        work.atom_term[i] =
            weight * atom_terms(work, form, r, i, cell[i], work.cell_size[cell[i]] > 1);
    }
    lanes.sync();
    LossParts parts{0, 0, 0};
    for (int j = 0; j < work.k_true; ++j)
        parts.mass += work.cell_term[j];
    for (int i = 0; i < work.k; ++i)
        (work.cell_size[cell[i]] > 1 ? parts.over : parts.exact) += work.atom_term[i];
    return parts;
}

/// Copies n numbers. No sync at the end: a lane's own numbers only, until others may read.
template <class Lanes>
MOE_HD void copy(Lanes lanes, double const* from, double* to, int n)
{
    for (int f = lanes.rank(); f < n; f += lanes.size())
        to[f] = from[f];
}

/// Leaves in work.shift the candidate of the smallest loss: unmoved, settled from there, settled
/// from each location_i - location*_j. The earlier one stays unless a later one is smaller by more
/// than 1e-12 relative. A loss that is not a number never wins.
template <class Lanes>
MOE_HD void align_locations(Lanes lanes, LossWork const& work, LossForm const& form, double r)
{
    constexpr double clearly_smaller = 1.0 - 1e-12;
    int const size = work.columns.location.size;
    double best = 0;
    auto const offer = [&](bool first, int const* cell) {
        double const value = loss_parts(lanes, work, form, r, cell).value();
        if (first || value < best * clearly_smaller) {
            best = value;
            copy(lanes, work.shift, work.best_shift, size);
        }
    };
    assign_cells(lanes, work, work.cell);
    offer(true, work.cell);
    offer(false, settle(lanes, work));
    for (int i = 0; i < work.k; ++i) {
        for (int j = 0; j < work.k_true; ++j) {
            shift_onto(lanes, work, i, j);
            offer(false, settle(lanes, work));
        }
    }
    copy(lanes, work.best_shift, work.shift, size);
    lanes.sync();
}

/// Everything beside the loss's own parts: empty cells and `missed`, largest distances. One lane.
MOE_HD inline LossRecord make_record(LossWork const& work, LossParts const& parts, int const* cell)
{
    using std::sqrt;
    LossRecord record{};
    record.value = parts.value();
    record.mass = parts.mass;
    record.over = parts.over;
    record.exact = parts.exact;
    auto const raise = [](double& largest, double squared) {
        double const distance = sqrt(squared);
        largest = distance > largest || distance != distance ? distance : largest;
    };
    for (int i = 0; i < work.k; ++i) {
        int const pair = i * work.k_true + cell[i];
        bool const over = work.cell_size[cell[i]] > 1;
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
        record.missed += work.mass_true[j] * sqrt(nearest2);
    }
    return record;
}

/// Writes task.record and task.cell. The scratch, shared by the lanes, is free again on return.
template <class Lanes>
MOE_HD void loss_one(Lanes lanes, LossTask const& task, void* scratch_memory)
{
    LossForm const form = form_of(task.choice);
    Moves const moves = moves_of(task, form);
    double const t_fit = trained_temperature(task.model.layout, task.theta, task.model.temperature);
    double const t_true =
        trained_temperature(task.truth.layout, task.theta_true, task.truth.temperature);
    Scratch scratch(scratch_memory);
    LossWork const work = loss_work(scratch, task, form);
    Columns const& columns = work.columns;
    gather_rows(lanes, columns, task.model.layout, task.theta, work.k, work.row);
    gather_rows(lanes, columns, task.truth.layout, task.theta_true, work.k_true, work.row_true);
    for (int f = lanes.rank(); f < columns.location.size; f += lanes.size())
        work.shift[f] = 0;
    lanes.sync();
    double const shift = moves.bias ? bias_shift(work, t_fit, t_true) : 0.0;
    lanes.sync();
    int const at = columns.part[static_cast<int>(Part::bias)].begin;
    for (int i = lanes.rank(); i < work.k; i += lanes.size()) {
        double& bias = work.row[i * columns.width + at];
        bias += shift;
        work.mass[i] = mass_of(form.mass, bias, t_fit);
    }
    for (int j = lanes.rank(); j < work.k_true; j += lanes.size())
        work.mass_true[j] = mass_of(form.mass, work.row_true[j * columns.width + at], t_true);
    expert_distances(lanes, work);
    lanes.sync();
    if (moves.location)
        align_locations(lanes, work, form, task.choice.r);
    assign_cells(lanes, work, work.cell);
    LossParts const parts = loss_parts(lanes, work, form, task.choice.r, work.cell);
    for (int i = lanes.rank(); i < work.k; i += lanes.size())
        task.cell[i] = work.cell[i];
    if (lanes.rank() == 0)
        *task.record = make_record(work, parts, work.cell);
    lanes.sync();
}

/// The call that all backends share.
template <class Lanes>
MOE_HD void run_one(Lanes lanes, LossTask const& task, void* scratch)
{
    loss_one(lanes, task, scratch);
}

MOE_END_ISA
