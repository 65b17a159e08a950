#pragma once

/// @file
/// Two mixing measures side by side as dense rows, holding what a loss compares.
///
/// Row of an atom: [ gate locations that the loss has a term for | all expert parameters | gate
/// bias ]. The first two make the atom's theta of spec.md 2.1. Keys follow the loss and the experts
/// of both sides, not the normalizer (golden N12); a key that one side lacks is 0 there.

#include "kernels/core/scratch.h"
#include "kernels/family/losses.h"
#include "kernels/model/layout.h"
#include "kernels/model/lookup.h"

MOE_BEGIN_ISA

/// A stretch of columns.
struct Range
{
    int begin = 0;
    int size = 0;
    MOE_HD constexpr int end() const { return begin + size; }
};

/// The columns of a row.
struct Columns
{
    static constexpr int max_columns = Layout::max_blocks;
    std::uint32_t id[max_columns]; ///< Block::id of what stands in a column range
    Range range[max_columns];
    int count = 0;
    Range part[part_count]; ///< by Part; size 0 where neither side has it
    Range location;         ///< gate locations
    Range expert;           ///< expert parameters
    int width = 0;          ///< numbers of a row
};

/// Appends `size` columns for the parameter `id` and returns them.
MOE_HD inline Range add_column(Columns& columns, std::uint32_t id, int size)
{
    Range const range{columns.width, size};
    columns.id[columns.count] = id;
    columns.range[columns.count++] = range;
    columns.width += size;
    return range;
}

/// Numbers an atom has of the parameter `id`, on the side that has it; 0 if neither does.
MOE_HD inline int width_of(Layout const& a, Layout const& b, std::uint32_t id)
{
    Block const* const block = find_block(a, id);
    Block const* const other = find_block(b, id);
    return block != nullptr ? block->width : other != nullptr ? other->width : 0;
}

/// Appends the expert blocks of `layout` that are not there yet.
MOE_HD inline void add_experts(Columns& columns, Layout const& layout)
{
    for (int b = layout.expert_begin; b < layout.blocks; ++b) {
        Block const& block = layout.block[b];
        bool known = false;
        for (int c = 0; c < columns.count; ++c)
            known = known || columns.id[c] == block.id;
        if (known)
            continue;
        Range const range = add_column(columns, block.id, block.width);
        if (block.role == Role::expert_direction)
            columns.part[static_cast<int>(Part::expert_a)] = range;
        if (block.role == Role::expert_bias)
            columns.part[static_cast<int>(Part::expert_b)] = range;
    }
}

/// The columns for one loss on measures of the two layouts.
MOE_HD inline Columns columns_of(LossForm const& form, Layout const& fitted, Layout const& truth)
{
    constexpr std::uint32_t key_w = parameter_id('g', "w");
    constexpr std::uint32_t key_bias = parameter_id('g', "b");
    Columns columns;
    for (int t = 0; t < form.terms; ++t) {
        if (form.term[t].part == Part::w)
            columns.part[static_cast<int>(Part::w)] =
                add_column(columns, key_w, width_of(fitted, truth, key_w));
    }
    columns.location = {0, columns.width};
    add_experts(columns, fitted);
    add_experts(columns, truth);
    columns.expert = {columns.location.size, columns.width - columns.location.size};
    columns.part[static_cast<int>(Part::expert)] = columns.expert;
    columns.part[static_cast<int>(Part::bias)] = add_column(columns, key_bias, 1);
    return columns;
}

/// Writes the k rows of a measure, [k][columns.width]. No sync at the end.
template <class Lanes>
MOE_HD void gather_rows(Lanes lanes, Columns const& columns, Layout const& layout,
                        double const* theta, int k, double* rows)
{
    for (int c = 0; c < columns.count; ++c) {
        Block const* const block = find_block(layout, columns.id[c]);
        Range const range = columns.range[c];
        for (int at = lanes.rank(); at < k * range.size; at += lanes.size()) {
            int const i = at / range.size;
            rows[i * columns.width + range.begin + at % range.size] =
                block == nullptr ? 0.0 : theta[block->offset + at];
        }
    }
}

/// Working memory of one loss.
struct LossWork
{
    Columns columns;
    int k;
    int k_true;
    double* row;        ///< [k][width] fitted atoms
    double* row_true;   ///< [k*][width]
    double* mass;       ///< [k] m_i
    double* mass_true;  ///< [k*]
    double* gate2;      ///< [k][k*] squared distances of the moved gate locations
    double* expert2;    ///< [k][k*] squared distances of the expert parameters
    double* shift;      ///< [location] subtracted from every fitted location
    double* best_shift; ///< [location] the same of the best candidate so far
    double* atom_term;  ///< [k] parameter terms of an atom
    double* cell_term;  ///< [k*] mass term of a cell
    int* cell;          ///< [k] true atom j whose cell holds atom i
    int* cell_next;     ///< [k]
    int* cell_size;     ///< [k*] |A_j|

    MOE_HD LossWork(Scratch& scratch, Columns const& c, int atoms, int true_atoms)
        : columns(c), k(atoms), k_true(true_atoms), row(scratch.take<double>(of(k * c.width))),
          row_true(scratch.take<double>(of(k_true * c.width))), mass(scratch.take<double>(of(k))),
          mass_true(scratch.take<double>(of(k_true))), gate2(scratch.take<double>(of(k * k_true))),
          expert2(scratch.take<double>(of(k * k_true))),
          shift(scratch.take<double>(of(c.location.size))),
          best_shift(scratch.take<double>(of(c.location.size))),
          atom_term(scratch.take<double>(of(k))), cell_term(scratch.take<double>(of(k_true))),
          cell(scratch.take<int>(of(k))), cell_next(scratch.take<int>(of(k))),
          cell_size(scratch.take<int>(of(k_true)))
    {}

private:
    MOE_HD static constexpr std::size_t of(int n) { return static_cast<std::size_t>(n); }
};

MOE_END_ISA
