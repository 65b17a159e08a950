#pragma once

/// @file
/// The gauge `align` (spec.md 1.3): takes out the parameter moves that leave the fitted f
/// unchanged. The fitted atoms move, the truth is never touched.

#include "kernels/family/normalizers.h"
#include "kernels/loss/cells.h"
#include "kernels/loss/loss_api.h"

MOE_BEGIN_ISA

/// Which moves of the fitted measure a loss takes out.
struct Moves
{
    bool bias;
    bool location;
};

/// Under `align`: the bias moves where the fitted gates compete (exponential mass) and the loss
/// weighs atoms so; the location where the score is linear in it besides. Sigmoid families:
/// nothing.
MOE_HD inline Moves moves_of(LossTask const& task, LossForm const& form)
{
    bool competing = false;
    visit(Normalizers{}, task.model.gate.normalizer,
          [&](auto normalizer) { competing = decltype(normalizer)::mass == Mass::exponential; });
    bool linear = false;
    visit(Scores{}, task.model.gate.score,
          [&](auto score) { linear = decltype(score)::location_shifts(task.model.gate); });
    bool const bias =
        task.choice.gauge == Gauge::align && form.mass == Mass::exponential && competing;
    return {bias, bias && linear};
}

/// log sum_i exp(b_i / T) over the rows' bias column, finite for all finite b_i / T.
MOE_HD inline double log_total_mass(double const* bias, int stride, int k, double temperature)
{
    double top = bias[0] / temperature;
    for (int i = 1; i < k; ++i) {
        double const s = bias[i * stride] / temperature;
        top = s > top ? s : top;
    }
    double sum = 0;
    for (int i = 0; i < k; ++i)
        sum += math::exp(bias[i * stride] / temperature - top);
    return top + math::log(sum);
}

/// What `align` adds to every fitted b_i: T log(sum_j m*_j / sum_i m_i). Temperatures: each side's.
MOE_HD inline double bias_shift(LossWork const& work, double temperature, double temperature_true)
{
    int const width = work.columns.width;
    int const at = work.columns.part[static_cast<int>(Part::bias)].begin;
    return temperature * (log_total_mass(work.row_true + at, width, work.k_true, temperature_true) -
                          log_total_mass(work.row + at, width, work.k, temperature));
}

/// Sets the shift to the m_i-weighted mean of location_i - location*_{j(i)}. Subtracting the mean
/// of the present differences from moved atoms leads to this same total shift, whatever it was.
template <class Lanes>
MOE_HD void centre_shift(Lanes lanes, LossWork const& work, int const* cell)
{
    int const width = work.columns.width;
    for (int f = lanes.rank(); f < work.columns.location.size; f += lanes.size()) {
        double sum = 0;
        double total = 0;
        for (int i = 0; i < work.k; ++i) {
            sum += work.mass[i] * (work.row[i * width + f] - work.row_true[cell[i] * width + f]);
            total += work.mass[i];
        }
        work.shift[f] = sum / total;
    }
    lanes.sync();
}

/// The rounds of spec.md 1.3 from the present shift: assign cells, stop if they did not change,
/// centre; at most 10 times. Returns the cells of the moved atoms (one of work's two buffers).
template <class Lanes>
MOE_HD int* settle(Lanes lanes, LossWork const& work)
{
    constexpr int rounds = 10;
    int* cell = work.cell;
    int* next = work.cell_next;
    assign_cells(lanes, work, cell);
    for (int round = 0; round < rounds; ++round) {
        centre_shift(lanes, work, cell);
        assign_cells(lanes, work, next);
        bool const settled = same_cells(cell, next, work.k);
        int* const before = cell;
        cell = next;
        next = before;
        if (settled)
            break;
    }
    return cell;
}

/// Sets the shift to location_i - location*_j, so that atom i lands on true atom j.
template <class Lanes>
MOE_HD void shift_onto(Lanes lanes, LossWork const& work, int i, int j)
{
    int const width = work.columns.width;
    for (int f = lanes.rank(); f < work.columns.location.size; f += lanes.size())
        work.shift[f] = work.row[i * width + f] - work.row_true[j * width + f];
    lanes.sync();
}

MOE_END_ISA
