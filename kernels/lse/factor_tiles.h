#pragma once

/// @file
/// What a Cholesky factor by blocks works on.

#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"

MOE_BEGIN_ISA

/// Rows and columns of a block: what one thread holds in its caches; of cooperating lanes little,
/// so that several tasks fit in shared memory.
template <class Lanes>
constexpr int factor_block = Lanes::serial ? 64 : 32;
constexpr int most_factor_block = 64;

/// From one row of a block's tile to the next. Of cooperating lanes: four numbers of each of four
/// rows have banks of their own, and there is room behind a row.
template <class Lanes>
constexpr int factor_pitch = Lanes::serial ? 64 : 36;

/// Least pivot of a matrix with ones on its diagonal: below, it is one of rounding.
constexpr double least_pivot = 1e-14;

/// A square matrix whose rows begin at multiples of `stride`.
struct SquareMatrix
{
    double* at;
    int stride;
    int size; ///< a multiple of 8

    MOE_HD double* row(int i) const { return at + static_cast<std::size_t>(i) * stride; }
};

/// Working memory of a factor: square tiles.
struct FactorTiles
{
    double* left;  ///< [block][pitch]
    double* right; ///< [block][pitch]; one thread needs none

    template <class Lanes>
    MOE_HD FactorTiles(Lanes /*lanes*/, Scratch& scratch)
        : left(scratch.take<double>(numbers<Lanes>())),
          right(Lanes::serial ? nullptr : scratch.take<double>(numbers<Lanes>()))
    {}

private:
    template <class Lanes>
    MOE_HD static constexpr int numbers()
    {
        return factor_block<Lanes> * factor_pitch<Lanes>;
    }
};

MOE_END_ISA
