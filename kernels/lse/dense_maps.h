#pragma once

/// @file
/// Linear maps, or derivatives by them, in float64 and without padding, whatever the tiles of a
/// pass over the samples look like.

#include "kernels/lse/linearize_api.h"
#include "kernels/model/maps.h"

MOE_BEGIN_ISA

/// Stands for a tile without padding.
struct DenseTile
{
    static constexpr int align = 1;
    MOE_HD static constexpr int stride(int features) { return features; }
};

/// A model's maps at theta, and a derivative by them which the chain rule takes to theta.
struct DenseMaps
{
    Model const& model;
    Shape shape;
    Maps<double> maps;
    Maps<double> by_maps;

    MOE_HD MOE_FLAT DenseMaps(Scratch& scratch, Model const& of)
        : model(of), shape(shape_of(of, DenseTile::align)), maps(DenseTile{}, scratch, shape),
          by_maps(DenseTile{}, scratch, shape)
    {}

    /// Computes the maps from theta and sets the derivative to zero.
    template <class Lanes>
    MOE_HD MOE_FLAT void load(Lanes lanes, double const* theta) const
    {
        for (int j = lanes.rank(); shape.outer && j < 2 * shape.k; j += lanes.size())
            by_maps.outer[j] = 0;
        for (int j = lanes.rank(); shape.factor && j < shape.k; j += lanes.size())
            by_maps.factor[j] = 0;
        maps.clear(lanes, shape);
        by_maps.clear(lanes, shape);
        pack_maps(lanes, model, shape, theta, maps);
    }

    /// The derivative by theta [layout.size]. by_maps is of no use any more.
    template <class Lanes>
    MOE_HD MOE_FLAT void chain(Lanes lanes, double const* theta, double* by_theta) const
    {
        chain_maps(lanes, model, shape, theta, maps, by_maps, by_theta);
    }

    /// The derivative by feature f of the map that a row of coefficients belongs to; f is 0 where
    /// the row has no features, and of the other rows the number of features for the offset.
    MOE_HD MOE_FLAT double& slot(int row, int f) const
    {
        int const offsets = shape.gate_rows + shape.k;
        if (row < shape.gate_rows)
            return f < shape.features.gate.size ? by_maps.w[row * by_maps.gate_stride + f]
                                                : by_maps.c[row];
        int const atom = row - shape.gate_rows;
        if (row < offsets)
            return f < shape.features.expert.size ? by_maps.expert[atom * by_maps.expert_stride + f]
                                                  : by_maps.c[row];
        int const extra = row - offsets;
        bool const outer = shape.outer && extra < 2 * shape.k;
        return outer ? by_maps.outer[extra]
                     : by_maps.factor[extra - (shape.outer ? 2 * shape.k : 0)];
    }
};

MOE_END_ISA
