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

/// The numbers of one linear map: features, and the offset behind them.
struct DenseRow
{
    double* w;
    int size;
    double* c;

    MOE_HD MOE_INLINE double& at(int f) const { return f < size ? w[f] : *c; }
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

    /// The derivative by the map that a row of coefficients (linearize_api.h) belongs to.
    MOE_HD MOE_FLAT DenseRow row(int row) const
    {
        int const offsets = shape.gate_rows + shape.k;
        int const atom = row - shape.gate_rows;
        if (atom < 0)
            return {by_maps.w + row * by_maps.gate_stride, shape.features.gate.size,
                    by_maps.c + row};
        if (row < offsets)
            return {by_maps.expert + atom * by_maps.expert_stride, shape.features.expert.size,
                    by_maps.c + row};
        int const extra = row - offsets;
        int const outer = shape.outer ? 2 * shape.k : 0;
        return {nullptr, 0, extra < outer ? by_maps.outer + extra : by_maps.factor + extra - outer};
    }
};

MOE_END_ISA
