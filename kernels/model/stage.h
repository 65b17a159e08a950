#pragma once

/// @file
/// What happens between the two tile products, per sample: gate weights, experts, prediction, and
/// the coefficients of the gradient. Written once over "my samples": unit-stride vector loops on a
/// CPU thread, one sample a lane elsewhere.

#include "kernels/model/maps.h"
#include "kernels/model/planes.h"

MOE_BEGIN_ISA

/// u_j = w_j.x to scores (psi(u_j) + b_j) / T; lane-local.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void apply_outer(Lanes lanes, Model const& model, Shape const& shape,
                                 Maps<Real> const& maps, Planes<Real> const& p)
{
    Real const inverse = maps.outer[shape.k];
    visit(Activations{}, model.gate.activation, [&](auto psi) {
        for (int j = 0; j < shape.k; ++j) {
            Real const bias = maps.outer[j];
            Real* const s = p.plane + j * chunk;
            Real* const value = p.outer + j * chunk;
            Real* const slope = value + shape.k * chunk;
            MOE_SIMD
            for (int b = lanes.rank(); b < chunk; b += lanes.size()) {
                auto const at = psi.eval(s[b], model.gate.power);
                value[b] = at.value;
                slope[b] = at.slope;
                s[b] = (at.value + bias) * inverse;
            }
        }
    });
}

/// h_j = lambda_j phi_j and its slope, phi_j itself kept; lane-local.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void apply_factor(Lanes lanes, Shape const& shape, Maps<Real> const& maps,
                                  Planes<Real> const& p)
{
    for (int j = 0; j < shape.k; ++j) {
        Real const factor = maps.factor[j];
        Real* const phi = p.unscaled + j * chunk;
        Real* const h = p.expert + j * chunk;
        Real* const slope = p.slope + j * chunk;
        MOE_SIMD
        for (int b = lanes.rank(); b < chunk; b += lanes.size()) {
            phi[b] = h[b];
            h[b] *= factor;
            slope[b] *= factor;
        }
    }
}

/// z to responses h and slopes; lane-local. In registers only by a light activation.
template <class Rows, class Real, class Lanes>
MOE_HD MOE_FLAT void activate(Lanes lanes, Model const& model, Shape const& shape,
                              Planes<Real> const& p)
{
    constexpr int samples = Rows::samples;
    int const activation = shape.activated ? model.expert.activation : 0; // 0: identity
    visit(Activations{}, activation, [&](auto phi) {
        if constexpr (!Rows::own || decltype(phi)::light) {
            Rows::each(shape.k, [&](int j) {
                MOE_SIMD
                for (int b = lanes.rank(); b < samples; b += lanes.size()) {
                    auto const at = phi.eval(p.expert[j * samples + b], model.expert.power);
                    p.expert[j * samples + b] = at.value;
                    p.slope[j * samples + b] = at.slope;
                }
            });
        }
    });
}

/// Scores to weights g; lane-local.
template <class Rows, class Real, class Lanes>
MOE_HD MOE_FLAT void weigh(Lanes lanes, Model const& model, Planes<Real> const& p)
{
    visit(Normalizers{}, model.gate.normalizer, [&](auto normalizer) {
        if constexpr (!Rows::own || decltype(normalizer)::own_rows)
            normalizer.template weights<Rows>(lanes, model, p.plane, p.work);
    });
}

/// f = sum_j g_j h_j; lane-local.
template <class Rows, class Real, class Lanes>
MOE_HD MOE_FLAT void mix(Lanes lanes, Shape const& shape, Planes<Real> const& p)
{
    constexpr int samples = Rows::samples;
    MOE_SIMD
    for (int b = lanes.rank(); b < samples; b += lanes.size())
        p.f[b] = Real(0);
    int mixed = 0;
    if constexpr (Lanes::serial && !Rows::own) { // three at a time: f waits in memory once
        for (; mixed + 3 <= shape.k; mixed += 3) {
            Real const* const g = p.plane + mixed * samples;
            Real const* const h = p.expert + mixed * samples;
            MOE_SIMD
            for (int b = 0; b < samples; ++b) {
                Real sum = p.f[b] + g[b] * h[b];
                sum += g[samples + b] * h[samples + b];
                p.f[b] = sum + g[2 * samples + b] * h[2 * samples + b];
            }
        }
    }
    Rows::each(shape.k, [&](int j) {
        if (j < mixed)
            return;
        MOE_SIMD
        for (int b = lanes.rank(); b < samples; b += lanes.size())
            p.f[b] += p.plane[j * samples + b] * p.expert[j * samples + b];
    });
}

/// Scores to weights g, z to responses h and slopes, f, of rows of planes, where the model has
/// neither outer activation nor factor; lane-local.
template <class Rows, class Real, class Lanes>
MOE_HD MOE_FLAT void predict_rows(Lanes lanes, Model const& model, Shape const& shape,
                                  Planes<Real> const& p)
{
    weigh<Rows>(lanes, model, p);
    activate<Rows>(lanes, model, shape, p);
    mix<Rows>(lanes, shape, p);
}

/// Scores to weights g, z to responses h (and slopes), f; lane-local.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void predict(Lanes lanes, Model const& model, Shape const& shape,
                             Maps<Real> const& maps, Planes<Real> const& p)
{
    if (shape.outer)
        apply_outer(lanes, model, shape, maps, p);
    weigh<ChunkRows>(lanes, model, p);
    activate<ChunkRows>(lanes, model, shape, p);
    if (shape.factor)
        apply_factor(lanes, shape, maps, p);
    mix<ChunkRows>(lanes, shape, p);
}

/// The same with k rows of the lane's sample in registers, where shape.own; then(planes) goes on
/// with them before they are put back.
template <int k, class Real, class Lanes, class Then>
MOE_HD MOE_FLAT void predict_own(Lanes lanes, Model const& model, Shape const& shape,
                                 Planes<Real> const& p, Then const& then)
{
    using Rows = OwnRows<k>;
    constexpr SerialLanes alone{};
    OwnPlanes<Real, k> mine;
    Planes<Real> const own = mine.planes();
    mine.load(p, lanes.rank(), !shape.light);
    weigh<Rows>(alone, model, own);
    if (shape.light)
        activate<Rows>(alone, model, shape, own);
    mix<Rows>(alone, shape, own);
    then(own, Rows{});
    mine.store(p, lanes.rank());
}

/// A sample's weight g and response h of an atom to its coefficients, given dL/df, f and dh/dz.
template <class Normalizer, class Real>
MOE_HD MOE_INLINE void atom_coefficient(Real residual, Real f, Real slope, Real& g, Real& h)
{
    Real const weight = g;
    g = residual * Normalizer::slope(weight, h, f);
    h = residual * weight * slope;
}

/// Coefficients where every score has one atom; lane-local.
template <class Normalizer, class Rows, class Real, class Lanes>
MOE_HD MOE_FLAT void atom_coefficients(Lanes lanes, int k, Planes<Real> const& p)
{
    constexpr int samples = Rows::samples;
    Rows::each(k, [&](int j) {
        Real* const gate = p.plane + j * samples;
        Real* const expert = p.expert + j * samples;
        MOE_SIMD
        for (int b = lanes.rank(); b < samples; b += lanes.size())
            atom_coefficient<Normalizer>(p.residual[b], p.f[b], p.slope[j * samples + b], gate[b],
                                         expert[b]);
    });
}

/// Coefficients where groups have scores of their own; lane-local.
template <class Normalizer, class Real, class Lanes>
MOE_HD MOE_FLAT void group_coefficients(Lanes lanes, Model const& model, Planes<Real> const& p)
{
    int const end = model.k * chunk;
    for (int j = 0; j < end; j += chunk) {
        MOE_SIMD
        for (int b = lanes.rank(); b < chunk; b += lanes.size())
            p.slope[j + b] *= p.residual[b] * p.plane[j + b];
    }
    Normalizer::template backward<ChunkRows>(lanes, model, p.residual, p.expert, p.f, p.plane,
                                             p.work);
    for (int j = 0; j < end; j += chunk)
        for (int b = lanes.rank(); b < chunk; b += lanes.size())
            p.expert[j + b] = p.slope[j + b];
}

/// dL/ds to dL/du of the outer activation; leaves dL/ds and dL/ds psi in its planes. Lane-local.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void chain_outer(Lanes lanes, Shape const& shape, Real inverse,
                                 Planes<Real> const& p)
{
    for (int j = 0; j < shape.k * chunk; j += chunk) {
        Real* const value = p.outer + j;
        Real* const slope = value + shape.k * chunk;
        MOE_SIMD
        for (int b = lanes.rank(); b < chunk; b += lanes.size()) {
            Real const by_score = p.plane[j + b];
            p.plane[j + b] = by_score * slope[b] * inverse;
            slope[b] = by_score * value[b];
            value[b] = by_score;
        }
    }
}

/// Weights and responses to the coefficients dL/ds_j (dL/du_j) and dL/dz_j, given p.residual[b] =
/// dL/df at sample b (0 behind the end of a short chunk); lane-local.
template <class Rows, class Real, class Lanes>
MOE_HD MOE_FLAT void coefficients(Lanes lanes, Model const& model, Shape const& shape,
                                  Maps<Real> const& maps, Planes<Real> const& p)
{
    if constexpr (!Rows::own) {
        if (shape.factor) { // dL/dlambda_j = sum_b r g_j phi_j
            for (int j = 0; j < shape.k * chunk; j += chunk) {
                MOE_SIMD
                for (int b = lanes.rank(); b < chunk; b += lanes.size())
                    p.unscaled[j + b] *= p.residual[b] * p.plane[j + b];
            }
        }
    }
    visit(Normalizers{}, model.gate.normalizer, [&](auto normalizer) {
        using Normalizer = decltype(normalizer);
        if constexpr (!Normalizer::grouped)
            atom_coefficients<Normalizer, Rows>(lanes, shape.k, p);
        else if constexpr (!Rows::own)
            group_coefficients<Normalizer>(lanes, model, p);
    });
    if constexpr (!Rows::own)
        if (shape.outer)
            chain_outer(lanes, shape, maps.outer[shape.k], p);
}

/// out[j] = (first ? 0 : out[j]) + sum_b plane[j][b], j < rows.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_row_sums(Lanes lanes, Real const* plane, int rows, bool first, Real* out)
{
    for (int j = lanes.rank(); j < rows; j += lanes.size()) {
        Real sum = Real(0);
        MOE_SIMD_SUM(sum)
        for (int b = 0; b < chunk; ++b)
            sum += plane[j * chunk + b];
        out[j] = first ? sum : out[j] + sum;
    }
}

/// Adds a chunk's coefficients to the gradient by the maps (`first`: sets it). The coefficients of
/// all lanes must stand in the planes.
template <class Tile, class Real, class Lanes>
MOE_HD MOE_FLAT void add_gradient(Lanes lanes, Tile const& tile, Shape const& shape,
                                  Planes<Real> const& p, bool first, Maps<Real> const& by_maps)
{
    accumulate_all(tile, shape, p.plane, first, by_maps);
    if (shape.outer)
        add_row_sums(lanes, p.outer, 2 * shape.k, first, by_maps.outer);
    if (shape.factor)
        add_row_sums(lanes, p.unscaled, shape.k, first, by_maps.factor);
    if (shape.outer || shape.factor)
        lanes.sync();
}

MOE_END_ISA
