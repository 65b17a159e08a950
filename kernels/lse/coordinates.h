#pragma once

/// @file
/// The coordinates z that least squares works in: theta without the antisymmetric parts of forms.
/// Of a d x d block (Extent::d_d), which enters by its symmetric part alone, z has the d (d + 1) /
/// 2 entries of the upper triangle, row by row (vech_index); an entry off the diagonal moves A_ab
/// and A_ba together. Every other number of theta is a coordinate itself. The order is theta's.

#include "kernels/core/lanes.h"
#include "kernels/spec/features.h"
#include "kernels/spec/lookup.h"

MOE_BEGIN_ISA

/// Where a coordinate stands in theta.
struct CoordinatePlace
{
    int theta;
    int mirror; ///< the entry that moves with it, or -1
};

/// Coordinates of one row of a block.
MOE_HD inline int coordinate_width(Model const& model, Block const& block)
{
    return is_form(block) ? feature_size(feature_vech, model.d) : block.width;
}

/// Coordinates of a model: p.
MOE_HD inline int coordinate_count(Model const& model)
{
    int count = 0;
    for (int b = 0; b < model.layout.blocks; ++b)
        count += model.layout.block[b].rows * coordinate_width(model, model.layout.block[b]);
    return count;
}

/// The place of coordinate z < coordinate_count(model).
MOE_HD inline CoordinatePlace coordinate_place(Model const& model, int z)
{
    Block const* block = model.layout.block;
    while (z >= block->rows * coordinate_width(model, *block)) {
        z -= block->rows * coordinate_width(model, *block);
        ++block;
    }
    if (!is_form(*block))
        return {block->offset + z, -1};
    int const d = model.d;
    int const width = coordinate_width(model, *block);
    int const begin = block->offset + z / width * block->width;
    int a = 0;
    int b = z % width; // of row a of the triangle, from the diagonal on
    for (; b >= d - a; ++a)
        b -= d - a;
    b += a;
    return {begin + a * d + b, a == b ? -1 : begin + b * d + a};
}

/// z [p] of theta [layout.size]; of a form that is not symmetric, those of its symmetric part.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void gather_coordinates(Lanes lanes, Model const& model, Real const* theta,
                                        double* z)
{
    int const p = coordinate_count(model);
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        CoordinatePlace const at = coordinate_place(model, i);
        double const value = static_cast<double>(theta[at.theta]);
        z[i] = at.mirror < 0 ? value : (value + static_cast<double>(theta[at.mirror])) / 2;
    }
    lanes.sync();
}

/// theta of z.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void scatter_coordinates(Lanes lanes, Model const& model, double const* z,
                                         Real* theta)
{
    int const p = coordinate_count(model);
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        CoordinatePlace const at = coordinate_place(model, i);
        theta[at.theta] = static_cast<Real>(z[i]);
        if (at.mirror >= 0)
            theta[at.mirror] = static_cast<Real>(z[i]);
    }
    lanes.sync();
}

/// The derivative by a coordinate from those by theta.
MOE_HD inline double by_coordinate(CoordinatePlace at, double const* by_theta)
{
    return at.mirror < 0 ? by_theta[at.theta] : by_theta[at.theta] + by_theta[at.mirror];
}

MOE_END_ISA
