#pragma once

/// @file
/// The packed linear maps of a model: from theta once a step, and the chain rule back.

#include "kernels/model/shape.h"
#include "kernels/model/tile.h"

MOE_BEGIN_ISA

/// Rows of gate maps, then rows of expert maps; also the shape of their gradient.
template <class Real>
struct Maps
{
    int gate_stride, expert_stride;
    int size;     ///< numbers of w
    Real* w;      ///< [gate_rows][gate_stride], then [k][expert_stride]
    Real* expert; ///< the second part of w
    Real* c;      ///< [gate_rows + k]
    Real* factor; ///< [k] lambda, or null
    Real* outer;  ///< [2][k], or null. Of the maps: b and, once, 1/T. Of the gradient: sums of
                  ///< dL/ds, and of dL/ds psi

    template <class Tile>
    MOE_HD MOE_FLAT Maps(Tile const&, Scratch& scratch, Shape const& shape)
        : gate_stride(Tile::stride(shape.features.gate.size)),
          expert_stride(Tile::stride(shape.features.expert.size)),
          size(shape.gate_rows * gate_stride + shape.k * expert_stride),
          w(scratch.take<Real>(static_cast<std::size_t>(size))),
          expert(w == nullptr ? nullptr : w + shape.gate_rows * gate_stride),
          c(scratch.take<Real>(static_cast<std::size_t>(shape.gate_rows + shape.k))),
          factor(shape.factor ? scratch.take<Real>(static_cast<std::size_t>(shape.k)) : nullptr),
          outer(shape.outer ? scratch.take<Real>(static_cast<std::size_t>(2 * shape.k)) : nullptr)
    {}

    MOE_HD MOE_FLAT MapRows<Real> of_gate() const { return {w, gate_stride, c}; }
    MOE_HD MOE_FLAT MapRows<Real> of_groups(Shape const& shape) const
    {
        return {w + shape.k * gate_stride, gate_stride, c + shape.k};
    }
    MOE_HD MOE_FLAT MapRows<Real> of_experts(Shape const& shape) const
    {
        return {expert, expert_stride, c + shape.gate_rows};
    }

    /// Sets w and c to zero, the padding included, which tiles may leave alone. Before the first
    /// use of maps or gradient.
    template <class Lanes>
    MOE_HD MOE_FLAT void clear(Lanes lanes, Shape const& shape) const
    {
        for (int i = lanes.rank(); i < size; i += lanes.size())
            w[i] = Real(0);
        for (int j = lanes.rank(); j < shape.gate_rows + shape.k; j += lanes.size())
            c[j] = Real(0);
        lanes.sync();
    }
};

/// Scales the gate's maps (or their gradient) by a factor.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void scale_gate(Lanes lanes, Shape const& shape, Real scale, Maps<Real> const& maps)
{
    MOE_SIMD
    for (int i = lanes.rank(); i < shape.gate_rows * maps.gate_stride; i += lanes.size())
        maps.w[i] *= scale;
    for (int j = lanes.rank(); j < shape.gate_rows; j += lanes.size())
        maps.c[j] *= scale;
    lanes.sync();
}

/// Computes the maps from theta. Scores are divided by T here (002 eq 12), but behind an outer
/// activation only where it is applied (002 eq 17). Padding of w must have been cleared.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void pack_maps(Lanes lanes, Model const& model, Shape const& shape,
                               Real const* theta, Maps<Real> const& maps)
{
    int const k = shape.k;
    visit_members<Lanes>(Scores{}, model.gate.score, [&](auto score) {
        Real* const offsets = shape.outer ? maps.outer : maps.c;
        score.pack(lanes, model, theta, MapRows<Real>{maps.w, maps.gate_stride, offsets});
    });
    if (model.groups > 0)
        HierarchicalNormalizer::pack(lanes, model, theta, maps.of_groups(shape));
    visit_members<Lanes>(Experts{}, model.expert.form, [&](auto form) {
        form.pack(lanes, model, theta, maps.of_experts(shape));
    });
    if (shape.factor)
        copy_rows(lanes, 1, k, theta + expert_blocks(model)[2].offset, k, maps.factor, k);
    lanes.sync();
    double const temperature = trained_temperature(model.layout, theta, model.temperature);
    if (shape.outer) {
        if (lanes.rank() == 0)
            maps.outer[k] = static_cast<Real>(1.0 / temperature);
        lanes.sync();
    } else if (temperature != 1.0) {
        scale_gate(lanes, shape, static_cast<Real>(1.0 / temperature), maps);
    }
}

/// dL/dT of a learned temperature, by dL/dT = -(1/T) sum (dL/ds) s. Without an outer activation the
/// maps hold W/T and c/T, so the sum is that of W_j . G_j + c_j gc_j over j. One lane.
template <class Real>
MOE_HD MOE_FLAT void chain_temperature(Model const& model, Shape const& shape,
                                       Maps<Real> const& maps, Maps<Real> const& by_maps,
                                       Real const* theta, Real* gradient)
{
    int const place = temperature_place(model.layout);
    if (place < 0)
        return;
    Real sum = Real(0);
    if (shape.outer) {
        for (int j = 0; j < shape.k; ++j)
            sum += (by_maps.outer[shape.k + j] + maps.outer[j] * by_maps.outer[j]) *
                   maps.outer[shape.k];
    } else {
        MOE_SIMD_SUM(sum)
        for (int i = 0; i < shape.gate_rows * maps.gate_stride; ++i)
            sum += maps.w[i] * by_maps.w[i];
        for (int j = 0; j < shape.gate_rows; ++j)
            sum += maps.c[j] * by_maps.c[j];
    }
    gradient[place] = -sum / theta[place];
}

/// Chain rule from the gradient by the maps to theta's; scales the gate's part of by_maps.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void chain_maps(Lanes lanes, Model const& model, Shape const& shape,
                                Real const* theta, Maps<Real> const& maps,
                                Maps<Real> const& by_maps, Real* gradient)
{
    int const k = shape.k;
    if (lanes.rank() == 0)
        chain_temperature(model, shape, maps, by_maps, theta, gradient);
    lanes.sync();
    if (shape.outer) { // b stands behind psi: its gradient is sum dL/ds / T
        for (int j = lanes.rank(); j < k; j += lanes.size())
            by_maps.c[j] = by_maps.outer[j] * maps.outer[k];
        lanes.sync();
    } else {
        double const temperature = trained_temperature(model.layout, theta, model.temperature);
        if (temperature != 1.0)
            scale_gate(lanes, shape, static_cast<Real>(1.0 / temperature), by_maps);
    }
    visit_members<Lanes>(Scores{}, model.gate.score, [&](auto score) {
        score.chain(lanes, model, theta, read_only(by_maps.of_gate()), gradient);
    });
    if (model.groups > 0)
        HierarchicalNormalizer::chain(lanes, model, read_only(by_maps.of_groups(shape)), gradient);
    visit_members<Lanes>(Experts{}, model.expert.form, [&](auto form) {
        form.chain(lanes, model, read_only(by_maps.of_experts(shape)), gradient);
    });
    if (shape.factor)
        copy_rows(lanes, 1, k, by_maps.factor, k, gradient + expert_blocks(model)[2].offset, k);
    lanes.sync();
}

/// The two tile products of a chunk: one call where gate and expert read the same features, else
/// two.
template <class Tile, class Real>
MOE_HD MOE_FLAT void all_scores(Tile const& tile, Shape const& shape, Maps<Real> const& maps,
                                Real* plane)
{
    FeatureRange const gate = shape.features.gate;
    FeatureRange const expert = shape.features.expert;
    bool const same = gate.begin == expert.begin && gate.size == expert.size;
    tile.scores(gate, maps.w, maps.c, shape.gate_rows + (same ? shape.k : 0), plane);
    if (!same)
        tile.scores(expert, maps.expert, maps.c + shape.gate_rows, shape.k,
                    plane + shape.gate_rows * chunk);
}

template <class Tile, class Real>
MOE_HD MOE_FLAT void accumulate_all(Tile const& tile, Shape const& shape, Real const* plane,
                                    bool first, Maps<Real> const& by_maps)
{
    FeatureRange const gate = shape.features.gate;
    FeatureRange const expert = shape.features.expert;
    bool const same = gate.begin == expert.begin && gate.size == expert.size;
    tile.accumulate(gate, plane, shape.gate_rows + (same ? shape.k : 0), first, by_maps.w,
                    by_maps.c);
    if (!same)
        tile.accumulate(expert, plane + shape.gate_rows * chunk, shape.k, first, by_maps.expert,
                        by_maps.c + shape.gate_rows);
}

MOE_END_ISA
