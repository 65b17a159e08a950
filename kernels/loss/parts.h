#pragma once

/// @file
/// The value of a loss in given cells (spec.md 2.2).

#include "kernels/loss/cells.h"

#include <cmath>

MOE_BEGIN_ISA

/// |a - b|^power. A power of 0 leaves the term out; 1 and 2 are exact.
MOE_HD inline double powered_distance(double const* a, double const* b, int n, double power)
{
    using std::pow;
    if (power == 0)
        return 0;
    if (power == 2)
        return squared_distance(a, b, n);
    double const norm = distance(a, b, n);
    return power == 1 ? norm : pow(norm, power);
}

/// |Delta|^power over the columns of a range, of fitted atom i and true atom j.
MOE_HD inline double range_term(LossWork const& work, Range range, double power, int i, int j)
{
    bool const moved = range.begin < work.columns.location.end();
    double const* const a =
        moved ? work.moved + i * work.moved_stride : work.row + i * work.columns.width;
    double const* const b = work.row_true + j * work.columns.width;
    return powered_distance(a + range.begin, b + range.begin, range.size, power);
}

/// sum_terms |Delta_ij part|^power of atom i in the cell of j, which has `size` atoms; no weight.
MOE_HD MOE_CALLED inline double atom_terms(LossWork const& work, LossForm const& form, double r,
                                           int i, int j, int size)
{
    Columns const& columns = work.columns;
    double sum = 0;
    for (int t = 0; t < form.terms; ++t) {
        Term const& term = form.term[t];
        double const power = (size > 1 ? term.over : term.exact).at(r, size);
        if (term.part != Part::expert_split) {
            sum += range_term(work, columns.of(term.part), power, i, j);
            continue;
        }
        for (int c = 0; c < columns.count; ++c) {
            Range const range = columns.column[c].range;
            if (range.begin >= columns.expert.begin && range.begin < columns.expert.end())
                sum += range_term(work, range, power, i, j);
        }
    }
    return sum;
}

/// Mass terms of all cells, cell sizes and `over`. No sync at the end.
template <class Lanes>
MOE_HD MOE_CALLED void mass_terms(Lanes lanes, LossWork const& work, MassCells cells,
                                  int const* cell)
{
    for (int j = lanes.rank(); j < work.k_true; j += lanes.size()) {
        int size = 0;
        Wide mass = 0.0;
        for (int i = 0; i < work.k; ++i) {
            size += cell[i] == j ? 1 : 0;
            mass = cell[i] == j ? mass + work.mass[i] : mass;
        }
        bool const covered = cells == MassCells::all || (cells == MassCells::over && size > 1);
        for (int i = 0; i < work.k; ++i) {
            if (cell[i] == j)
                work.over[i] = size > 1 ? 1 : 0;
        }
        work.cell_size[j] = size;
        work.cell_term[j] = covered ? abs(mass - work.mass_true[j]) : Wide(0.0);
    }
}

/// The loss of the moved atoms in these cells. Sums run over i and j in order, and all lanes return
/// the same parts.
template <class Lanes>
MOE_HD MOE_CALLED LossParts loss_parts(Lanes lanes, LossWork const& work, LossForm const& form,
                                       double r, int const* cell)
{
    mass_terms(lanes, work, form.mass_cells, cell);
    lanes.sync();
    for (int i = lanes.rank(); i < work.k; i += lanes.size()) {
        Wide const terms = atom_terms(work, form, r, i, cell[i], work.cell_size[cell[i]]);
        work.atom_term[i] = form.weighted ? work.mass[i] * terms : terms;
    }
    lanes.sync();
    LossParts parts{0.0, 0.0, 0.0};
    for (int j = 0; j < work.k_true; ++j)
        parts.mass = parts.mass + work.cell_term[j];
    for (int i = 0; i < work.k; ++i) {
        Wide& part = work.over[i] != 0 ? parts.over : parts.exact;
        part = part + work.atom_term[i];
        if (work.inner == nullptr)
            continue;
        LossParts const& inner = work.inner[i * work.k_true + cell[i]];
        parts.mass = fma(work.mass[i], inner.mass, parts.mass);
        parts.over = fma(work.mass[i], inner.over, parts.over);
        parts.exact = fma(work.mass[i], inner.exact, parts.exact);
    }
    return parts;
}

MOE_END_ISA
