#pragma once

/// @file
/// How a product is shared out over the lanes of a warp. The width of a range of features is
/// numbers, or constants: with these the addresses of loads are constants behind one register.

#include "kernels/core/sample_rows.h"

MOE_BEGIN_ISA

/// Numbers from row to row of `features`: 4 (2 i + 1). Holds an even number of quads, for two
/// halves of the features.
MOE_HD constexpr int row_stride(int features)
{
    return (features + 7) / 8 * 8 + 4;
}

/// Any width.
struct AnyWidth
{
    int quads;   ///< that hold features
    int maps;    ///< numbers from row to row of the maps
    int samples; ///< numbers from row to row of the tile
};

/// Of a tile that holds no other features: `count` quads, of which the last may be zeros.
template <int count>
struct FixedWidth
{
    static constexpr int quads = count;
    static constexpr int maps = row_stride(4 * count);
    static constexpr int samples = maps;
};

/// Lanes of a gradient stand side by side on 2^bits quads.
template <class Width>
MOE_HD constexpr int bits_across(Width width)
{
    return width.quads > 4 ? 3 : width.quads > 2 ? 2 : 1;
}

/// Calls f(rows of a lane, first map, number of maps) for blocks of maps; half of the lanes own the
/// even maps of a block and half the odd ones. The rows are a constant, at most `most`, so that
/// their sums are registers.
template <int most, class F>
MOE_HD MOE_FLAT void for_rows(int maps, F const& f)
{
    int const blocks = (maps + 2 * most - 1) / (2 * most);
    for (int block = 0, first = 0; block < blocks; ++block) {
        int const left = blocks - block; // mostly one: a division takes long
        int const some = left == 1 ? maps - first : (maps - first + left - 1) / left;
        with_size<most>((some + 1) / 2, [&](auto rows) { f(rows, first, some); });
        first += some;
    }
}

MOE_END_ISA
