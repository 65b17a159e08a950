#pragma once

/// @file
/// Working memory of one level of a loss: two measures side by side as dense rows.

#include "kernels/core/scratch.h"
#include "kernels/core/wide.h"
#include "kernels/loss/columns.h"

MOE_BEGIN_ISA

/// The parts of a loss; their sum is the loss. Wide as the masses that weigh them: those of groups
/// and of their members may be far from 1 each and make an ordinary product.
struct LossParts
{
    Wide mass;
    Wide over;
    Wide exact;
    MOE_HD Wide value() const { return mass + over + exact; }
};

/// Which moves of the fitted measure a loss takes out (spec.md 1.3).
struct Moves
{
    bool bias;
    bool location;
    bool direction; ///< the moving coordinate is u = w / (|w| + tau1) in place of w
    double tau1;
};

/// Arrays of one level; atoms stands for atoms or groups.
struct LossWork
{
    Columns columns;
    Moves moves;
    int k;
    int k_true;
    double* row;             ///< [k][width] fitted atoms
    double* row_true;        ///< [k*][width]
    Wide* mass;              ///< [k] m_i
    Wide* mass_true;         ///< [k*]
    double* weight;          ///< [k] m_i up to a common factor, where the location moves
    double* gate2;           ///< [k][k*] squared distances of the moved gate locations
    double* expert2;         ///< [k][k*] squared distances of the expert parameters
    double* moved;           ///< [k][moved_stride] locations of the moved atoms
    double* coordinate;      ///< [k][coordinate_stride] what a shift is subtracted from
    double* coordinate_true; ///< [k*][coordinate_stride]
    double* shift;           ///< [moving] subtracted from every fitted coordinate
    double* next_shift;      ///< [moving]
    double* best_shift;      ///< [moving] the shift of the best candidate so far
    Wide* atom_term;         ///< [k] parameter terms of an atom
    Wide* cell_term;         ///< [k*] mass term of a cell
    int* cell;               ///< [k] true atom j whose cell holds atom i
    int* cell_next;          ///< [k]
    int* cell_size;          ///< [k*] |A_j|
    int* over;               ///< [k] whether other atoms are in the atom's cell
    int* inside;             ///< [k] whether the atom's coordinate is one of a location
    int moved_stride;
    int coordinate_stride;
    LossParts const* inner =
        nullptr; ///< [k][k*] loss of the members of group i in true group j, or null

    MOE_HD LossWork(Scratch& scratch, Columns const& c, Moves const& m, int atoms, int true_atoms)
        : columns(c), moves(m), k(atoms), k_true(true_atoms), row(take(scratch, k * c.width)),
          row_true(take(scratch, k_true * c.width)), mass(take<Wide>(scratch, k)),
          mass_true(take<Wide>(scratch, k_true)), weight(take(scratch, m.location ? k : 0)),
          gate2(take(scratch, k * k_true)), expert2(take(scratch, k * k_true)), moved(row),
          coordinate(row), coordinate_true(row_true),
          shift(take(scratch, m.location ? c.moving.size : 0)),
          next_shift(take(scratch, m.location ? c.moving.size : 0)),
          best_shift(take(scratch, m.location ? c.moving.size : 0)),
          atom_term(take<Wide>(scratch, k)), cell_term(take<Wide>(scratch, k_true)),
          cell(take<int>(scratch, k)), cell_next(take<int>(scratch, k)),
          cell_size(take<int>(scratch, k_true)), over(take<int>(scratch, k)),
          inside(take<int>(scratch, k)), moved_stride(c.width), coordinate_stride(c.width)
    {
        if (!m.location)
            return;
        moved = take(scratch, k * c.location.size);
        moved_stride = c.location.size;
        if (!m.direction)
            return;
        coordinate = take(scratch, k * c.moving.size);
        coordinate_true = take(scratch, k_true * c.moving.size);
        coordinate_stride = c.moving.size;
    }

private:
    template <class T = double>
    MOE_HD static T* take(Scratch& scratch, int n)
    {
        return scratch.take<T>(static_cast<std::size_t>(n));
    }
};

MOE_END_ISA
