#pragma once

/// @file
/// Takes a fit's place on what a common shift of atoms leaves unchanged (spec.md 1.3): without that
/// locations and biases of gates that compete would drift along, until they are on the box.

#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"
#include "kernels/lse/coordinates.h"

MOE_BEGIN_ISA

/// Whether f stays as it is if all rows of a block, or those of each group of atoms, are shifted by
/// one vector: biases of gates that compete, and locations where the score says so.
MOE_HD inline bool shifts_freely(Model const& model, Block const& block)
{
    bool competing = false;
    visit(Normalizers{}, model.gate.normalizer,
          [&](auto normalizer) { competing = decltype(normalizer)::mass == Mass::exponential; });
    bool location = false;
    visit(Scores{}, model.gate.score, [&](auto score) {
        location = score.location_shifts(model.gate) && !score.shifts_direction(model.gate);
    });
    switch (block.role) {
    case Role::bias:
    case Role::group_bias:
    case Role::group_location:
        return competing;
    case Role::location:
        return competing && location;
    default:
        return false;
    }
}

/// The middle of an interval, 0 where it has none.
MOE_HD inline double middle(double lower, double upper)
{
    double const sum = lower / 2 + upper / 2;
    return sum - sum == 0 ? sum : 0;
}

/// Where some rows of a column of coordinates stand, and what room they have.
struct ColumnRange
{
    double least, most;           ///< values
    double least_room, most_room; ///< to the lower and the upper end of the box, the least ones
    double middle;                ///< of the box of the first row
    int rows = 0;

    MOE_HD void add(double z, double lower, double upper)
    {
        if (rows++ == 0) {
            *this = {z, z, z - lower, upper - z, moerate::middle(lower, upper), 1};
            return;
        }
        least = z < least ? z : least;
        most = z > most ? z : most;
        least_room = z - lower < least_room ? z - lower : least_room;
        most_room = upper - z < most_room ? upper - z : most_room;
    }
};

/// Shifts z [p] in all free directions so that the range of each coordinate over the atoms has its
/// middle in that of the box. No row leaves its own box: where it would, nothing is shifted.
/// Complete on return; call sync before.
template <class Lanes>
MOE_HD void centre(Lanes lanes, Model const& model, double const* lower, double const* upper,
                   double* z)
{
    int begin = 0; // of the block's coordinates
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        int const width = coordinate_width(model, block);
        bool const by_group = model.groups > 0 && block.rows == model.k &&
                              (block.role == Role::bias || block.role == Role::location);
        int const groups = by_group ? model.groups : 1;
        int const items = shifts_freely(model, block) ? groups * width : 0;
        for (int e = lanes.rank(); e < items; e += lanes.size()) {
            auto const in = [&](int row) { return !by_group || model.group_of[row] == e / width; };
            ColumnRange range{};
            for (int row = 0; row < block.rows; ++row) {
                int const i = begin + row * width + e % width;
                if (in(row))
                    range.add(z[i], lower[i], upper[i]);
            }
            double const shift = range.least / 2 + range.most / 2 - range.middle;
            if (!(shift <= range.least_room && -shift <= range.most_room))
                continue;
            for (int row = 0; row < block.rows; ++row) {
                int const i = begin + row * width + e % width;
                if (in(row))
                    z[i] -= shift;
            }
        }
        begin += block.rows * width;
    }
    lanes.sync();
}

MOE_END_ISA
