#pragma once

/// @file
/// The view of linear maps that pack fills and chain reads.

#include "kernels/core/rows.h"

MOE_BEGIN_ISA

/// Rows W_i, in the order of the member's features, and offsets c_i of W_i.phi(x) + c_i, one an
/// atom (or group). Also the gradient by them: MapRows<Real const>.
template <class Real>
struct MapRows
{
    Real* w;
    int stride; ///< from one row to the next
    Real* c;

    MOE_HD MOE_INLINE Real* row(int i) const { return w + i * stride; }
};

template <class Real>
MOE_HD MOE_INLINE MapRows<Real const> read_only(MapRows<Real> rows)
{
    return {rows.w, rows.stride, rows.c};
}

/// Fills `rows` maps of `width` features from packed rows of theta.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void copy_maps(Lanes lanes, int rows, int width, Real const* w, Real const* c,
                               MapRows<Real> to)
{
    copy_rows(lanes, rows, width, w, width, to.w, to.stride);
    copy_rows(lanes, 1, rows, c, rows, to.c, rows);
}

/// The way back.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void copy_back(Lanes lanes, int rows, int width, MapRows<Real const> from, Real* w,
                               Real* c)
{
    copy_rows(lanes, rows, width, from.w, from.stride, w, width);
    copy_rows(lanes, 1, rows, from.c, rows, c, rows);
}

MOE_END_ISA
