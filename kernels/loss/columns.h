#pragma once

/// @file
/// Which numbers of two mixing measures a loss compares, as columns of dense rows.
///
/// Row of an atom: [ gate locations that the loss has a term for | T | all expert parameters | gate
/// bias ]. All but the bias make the atom's theta of spec.md 2.1. Keys follow the loss and the
/// experts of both sides, not the normalizer (golden N12); a parameter that one side lacks is 0
/// there. Rows of a hierarchical model's groups have the same columns without T and experts.

#include "kernels/family/losses.h"
#include "kernels/model/features.h"
#include "kernels/model/layout.h"
#include "kernels/spec/lookup.h"

MOE_BEGIN_ISA

/// A stretch of columns.
struct Range
{
    int begin = 0;
    int size = 0;
    MOE_HD constexpr int end() const { return begin + size; }
};

/// One parameter of a row.
struct Column
{
    enum class Kind : int
    {
        plain,
        form, ///< symmetric part of a matrix: upper triangle, off the diagonal times sqrt 2
    };
    std::uint32_t id; ///< Block::id
    Range range;
    Kind kind;
};

/// The columns of a row.
struct Columns
{
    static constexpr int max_columns = 2 * Layout::max_blocks;
    Column column[max_columns];
    int count = 0;
    Range part[part_count]; ///< by Part; size 0 where neither side has it
    Range moving;           ///< A and w, the first columns: what the gauge moves
    Range location;         ///< A, w and T
    Range expert;           ///< expert parameters
    int width = 0;          ///< numbers of a row

    MOE_HD Range& of(Part p) { return part[static_cast<int>(p)]; }
    MOE_HD Range const& of(Part p) const { return part[static_cast<int>(p)]; }
};

/// What the rows stand for.
enum class Level : int
{
    atoms,
    groups, ///< of a hierarchical model
};

/// Columns of a block: a symmetric matrix has d (d + 1) / 2 numbers.
MOE_HD inline int column_size(Block const& block, int d)
{
    return is_form(block) ? d * (d + 1) / 2 : block.width;
}

/// Appends the blocks of both sides for which wanted(block) holds, those of the same id once, and
/// returns their columns. The wider side decides where widths differ.
template <class Wanted>
MOE_HD Range add_columns(Columns& columns, Model const& fitted, Model const& truth,
                         Wanted const& wanted)
{
    int const begin = columns.width;
    Layout const* const sides[] = {&fitted.layout, &truth.layout};
    for (Layout const* layout : sides) {
        for (int b = 0; b < layout->blocks; ++b) {
            Block const& block = layout->block[b];
            bool known = !wanted(block);
            for (int c = 0; c < columns.count; ++c)
                known = known || columns.column[c].id == block.id;
            if (known)
                continue;
            Block const* const other = find_block(truth.layout, block.id);
            int const size = column_size(block, fitted.d);
            int const size_other = other == nullptr ? 0 : column_size(*other, fitted.d);
            Range const range{columns.width, size > size_other ? size : size_other};
            columns.column[columns.count++] = {
                block.id, range, is_form(block) ? Column::Kind::form : Column::Kind::plain};
            columns.width = range.end();
        }
    }
    return {begin, columns.width - begin};
}

/// The columns for one loss on measures of two models of one dimension d. The temperature has one
/// where the loss has a term for it or a side learns it.
MOE_HD inline Columns columns_of(LossForm const& form, Level level, Model const& fitted,
                                 Model const& truth)
{
    Columns columns;
    bool const atoms = level == Level::atoms;
    Role const location = atoms ? Role::location : Role::group_location;
    Role const bias = atoms ? Role::bias : Role::group_bias;
    auto const add = [&](auto const& wanted) {
        return add_columns(columns, fitted, truth, wanted);
    };
    auto const none = [&] { return Range{columns.width, 0}; };
    bool const quadratic = form.reads(Part::A);
    bool const linear = form.reads(Part::w);
    columns.of(Part::A) = quadratic ? add([&](Block const& b) { return is_form(b); }) : none();
    columns.of(Part::w) =
        linear ? add([&](Block const& b) { return b.role == location && !is_form(b); }) : none();
    columns.moving = {0, columns.width};
    bool const learned =
        fitted.gate.learned_temperature != 0 || truth.gate.learned_temperature != 0;
    bool const warm = atoms && (form.reads(Part::T) || learned);
    columns.of(Part::T) = {columns.width, warm ? 1 : 0};
    columns.width += columns.of(Part::T).size;
    columns.location = {0, columns.width};
    columns.expert = atoms ? add([](Block const& b) { return of_expert(b.role); }) : none();
    columns.of(Part::expert) = columns.of(Part::expert_split) = columns.expert;
    columns.of(Part::bias) = add([&](Block const& b) { return b.role == bias; });
    if (columns.of(Part::bias).size == 0) { // no side has one: m = 1 (golden N6)
        columns.of(Part::bias) = {columns.width, 1};
        ++columns.width;
    }
    return columns;
}

/// Which atoms or groups of a measure have rows.
struct Members
{
    int count = 0;
    int const* index = nullptr; ///< [count], null for the first `count`
    MOE_HD int operator[](int row) const
    {
        MOE_EXPECT(0 <= row && row < count);
        return index == nullptr ? row : index[row];
    }
};

/// Whether members ascend within `size` atoms or groups, so that none has two rows.
MOE_HD inline bool ascend(Members members, int size)
{
    int last = -1;
    for (int row = 0; row < members.count; ++row) {
        if (members[row] <= last)
            return false;
        last = members[row];
    }
    return last < size;
}

/// Writes row p of the upper triangle of a d x d matrix's symmetric part; the norm of the whole
/// triangle, which begins at `out`, is its Frobenius norm.
template <class Real>
MOE_HD void gather_form_row(Real const* matrix, int d, int p, double* out)
{
    constexpr double root_half = 0.70710678118654752440;
    auto const at = [=](int row, int column) {
        return static_cast<double>(matrix[row * d + column]);
    };
    out += vech_index(d, p, p);
    out[0] = at(p, p);
    for (int q = p + 1; q < d; ++q)
        out[q - p] = (at(p, q) + at(q, p)) * root_half;
}

/// Writes the rows of a measure's members, [members.count][columns.width], in float64 from the
/// parameters' precision on. No sync at the end.
template <class Real, class Lanes>
MOE_HD void gather_rows(Lanes lanes, Columns const& columns, Model const& model, Real const* theta,
                        Members members, double* rows)
{
    int const width = columns.width;
    int const k = members.count;
    for (int at = lanes.rank(); at < k * width; at += lanes.size())
        rows[at] = 0;
    lanes.sync();
    for (int c = 0; c < columns.count; ++c) {
        Block const* const block = find_block(model.layout, columns.column[c].id);
        if (block == nullptr)
            continue;
        int const begin = columns.column[c].range.begin;
        MOE_EXPECT(ascend(members, block->rows));
        Real const* const from = theta + block->offset;
        bool const form = columns.column[c].kind == Column::Kind::form;
        int const pieces = form ? model.d : block->width;
        for (int at = lanes.rank(); at < k * pieces; at += lanes.size()) {
            int const i = at / pieces;
            int const piece = at % pieces;
            Real const* const parameter = from + members[i] * block->width;
            double* const out = rows + i * width + begin;
            if (form)
                gather_form_row(parameter, model.d, piece, out);
            else
                out[piece] = static_cast<double>(parameter[piece]);
        }
    }
    if (columns.of(Part::T).size == 0)
        return;
    double const temperature = trained_temperature(model.layout, theta, model.temperature);
    for (int i = lanes.rank(); i < k; i += lanes.size())
        rows[i * width + columns.of(Part::T).begin] = temperature;
}

MOE_END_ISA
