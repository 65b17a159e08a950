#pragma once

/// @file
/// What happens between the two tile products, per sample: gate weights, experts, prediction, and the
/// coefficients of the gradient. Written once over "my samples": unit-stride vector loops on a CPU
/// thread, one sample a lane elsewhere.

#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
#include "kernels/model/layout.h"
#include "kernels/model/lookup.h"
#include "kernels/model/tile.h"

MOE_BEGIN_ISA

/// A chunk's planes, samples contiguous. Rows 0..k-1 of `plane` belong to the gate, k..2k-1 to the
/// experts; scores become weights and responses, and then coefficients, in place.
template <class Real>
struct Planes
{
    Real* plane; ///< [2k][chunk]
    Real* slope; ///< [k][chunk] phi'(z_j)
    Real* f;     ///< [chunk] prediction
    Real* work;  ///< [2][chunk]

    MOE_HD Planes(Scratch& scratch, int k)
        : plane(scratch.take<Real>(static_cast<std::size_t>(2 * k) * chunk)),
          slope(scratch.take<Real>(static_cast<std::size_t>(k) * chunk)),
          f(scratch.take<Real>(chunk)), work(scratch.take<Real>(2 * chunk))
    {
    }
};

/// The packed linear maps of a model: gate maps, then expert maps, and their gradients.
template <class Real>
struct Maps
{
    int stride;
    Real* w; ///< [2k][stride]
    Real* c; ///< [2k]

    template <class Tile>
    MOE_HD Maps(Tile const&, Scratch& scratch, Model const& model)
        : stride(Tile::stride(model.d)),
          w(scratch.take<Real>(static_cast<std::size_t>(2 * model.k) * stride)),
          c(scratch.take<Real>(static_cast<std::size_t>(2 * model.k)))
    {
    }

    /// Sets all entries, padding included, to zero.
    template <class Lanes>
    MOE_HD void clear(Lanes lanes, int k) const
    {
        for (int j = lanes.rank(); j < 2 * k; j += lanes.size()) {
            MOE_SIMD
            for (int f = 0; f < stride; ++f)
                w[j * stride + f] = Real(0);
            c[j] = Real(0);
        }
        lanes.sync();
    }
};

/// Calls f(score, normalizer) with the members that the gate names.
template <class F>
MOE_HD void visit_gate(GateSpec const& gate, F&& f)
{
    visit(Scores{}, gate.score, [&](auto score) {
        visit(Normalizers{}, gate.normalizer, [&](auto normalizer) { f(score, normalizer); });
    });
}

/// Scales the gate's maps (or their gradient) by a factor; the expert's stay.
template <class Real, class Lanes>
MOE_HD void scale_gate(Lanes lanes, int k, Real factor, Maps<Real> const& maps)
{
    MOE_SIMD
    for (int i = lanes.rank(); i < k * maps.stride; i += lanes.size())
        maps.w[i] *= factor;
    for (int j = lanes.rank(); j < k; j += lanes.size())
        maps.c[j] *= factor;
    lanes.sync();
}

/// Computes the maps from theta, once a step; scores are divided by T here (002 eq 12). Padding of w
/// must have been cleared.
template <class Score, class Real, class Lanes>
MOE_HD void pack_maps(Lanes lanes, Model const& model, Real const* theta, Maps<Real> const& maps)
{
    int const k = model.k;
    Score::pack(lanes, model, theta, maps.w, maps.stride, maps.c);
    visit(Experts{}, model.expert.form, [&](auto form) {
        form.pack(lanes, model, theta, maps.w + k * maps.stride, maps.stride, maps.c + k);
    });
    lanes.sync();
    double const temperature = trained_temperature(model.layout, theta, model.temperature);
    if (temperature != 1.0)
        scale_gate(lanes, k, static_cast<Real>(1.0 / temperature), maps);
}

/// dL/dT of a learned temperature. The maps hold W / T and c / T, so with G, gc their gradient
/// dL/dT = -(1/T) sum_j (W_j . G_j + c_j gc_j).
template <class Real, class Lanes>
MOE_HD void chain_temperature(Lanes lanes, Model const& model, Maps<Real> const& maps,
                              Maps<Real> const& by_maps, Real const* theta, Real* gradient)
{
    for (int b = 0; b < model.layout.expert_begin; ++b) {
        Block const& block = model.layout.block[b];
        if (block.role != Role::temperature || lanes.rank() != 0)
            continue;
        Real sum = Real(0);
        for (int i = 0; i < model.k * maps.stride; ++i)
            sum += maps.w[i] * by_maps.w[i];
        for (int j = 0; j < model.k; ++j)
            sum += maps.c[j] * by_maps.c[j];
        gradient[block.offset] = -sum / theta[block.offset];
    }
    lanes.sync();
}

/// Chain rule from the gradient by the maps to theta's, once a step; scales the gate's part of by_maps.
template <class Score, class Real, class Lanes>
MOE_HD void chain_maps(Lanes lanes, Model const& model, Real const* theta, Maps<Real> const& maps,
                       Maps<Real> const& by_maps, Real* gradient)
{
    int const k = model.k;
    double const temperature = trained_temperature(model.layout, theta, model.temperature);
    chain_temperature(lanes, model, maps, by_maps, theta, gradient);
    if (temperature != 1.0)
        scale_gate(lanes, k, static_cast<Real>(1.0 / temperature), by_maps);
    Score::chain(lanes, model, theta, by_maps.w, by_maps.stride, by_maps.c, gradient);
    visit(Experts{}, model.expert.form, [&](auto form) {
        form.chain(lanes, model, theta, by_maps.w + k * by_maps.stride, by_maps.stride, by_maps.c + k,
                   gradient);
    });
    lanes.sync();
}

/// Scores to weights g, z to responses h (and slopes), f = sum_j g_j h_j; lane-local.
template <class Normalizer, class Real, class Lanes>
MOE_HD void predict(Lanes lanes, Model const& model, Planes<Real> const& p)
{
    int const k = model.k;
    Real* const g = p.plane;
    Real* const h = p.plane + k * chunk;
    Normalizer::template weights<chunk>(lanes, g, p.work, k);
    MOE_SIMD
    for (int b = lanes.rank(); b < chunk; b += lanes.size())
        p.f[b] = Real(0);
    visit(Activations{}, model.expert.activation, [&](auto activation) {
        for (int j = 0; j < k * chunk; j += chunk) {
            MOE_SIMD
            for (int b = lanes.rank(); b < chunk; b += lanes.size()) {
                auto const phi = activation.eval(h[j + b]);
                h[j + b] = phi.value;
                p.slope[j + b] = phi.slope;
                p.f[b] += g[j + b] * phi.value;
            }
        }
    });
}

/// Weights and responses to the coefficients dL/ds_j and dL/dz_j, given residual[b] = dL/df at sample
/// b (0 behind the end of a short chunk); lane-local.
template <class Normalizer, class Real, class Lanes>
MOE_HD void coefficients(Lanes lanes, int k, Real const* residual, Planes<Real> const& p)
{
    for (int j = 0; j < k * chunk; j += chunk) {
        Real* const gate = p.plane + j;
        Real* const expert = p.plane + k * chunk + j;
        MOE_SIMD
        for (int b = lanes.rank(); b < chunk; b += lanes.size()) {
            Real const g = gate[b];
            gate[b] = residual[b] * Normalizer::slope(g, expert[b], p.f[b]);
            expert[b] = residual[b] * g * p.slope[j + b];
        }
    }
}

MOE_END_ISA
