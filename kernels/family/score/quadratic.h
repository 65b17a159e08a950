#pragma once

#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// x^T A x as a map of vech(x x^T): row entry A_aa, and A_ab + A_ba off the diagonal. Only the
/// symmetric part of A is identified.
template <class Real>
MOE_HD void pack_form(Real const* a, int d, Real* row)
{
    for (int p = 0; p < d; row += d - p, ++p) {
        row[0] = a[p * d + p];
        for (int q = p + 1; q < d; ++q)
            row[q - p] = a[p * d + q] + a[q * d + p];
    }
}

/// Chain rule of pack_form: dA_pq = dA_qp = entry (p, q) of the row.
template <class Real>
MOE_HD void chain_form(Real const* row, int d, Real* a)
{
    for (int p = 0; p < d; row += d - p, ++p)
        for (int q = p; q < d; ++q)
            a[p * d + q] = a[q * d + p] = row[q - p];
}

/// s_i(x) = x^T A_i x + w_i.x + b_i, phi(x) = (x, vech(x x^T)). Parameters: A (k x d x d), w (k x
/// d), b (k).
struct QuadraticScore : ScoreDefaults
{
    static constexpr std::string_view name = "quadratic";
    static constexpr std::string_view formula = "s_i(x) = x^T A_i x + w_i.x + b_i";
    static constexpr std::string_view source = "001 eq 2, 000 eq 5(i)";
    static constexpr Parameter parameters[] = {{"A", Role::location, Extent::d_d},
                                               {"w", Role::location, Extent::d},
                                               {"b", Role::bias, Extent::one}};
    static constexpr unsigned features = feature_x | feature_vech;
    static constexpr bool single_maps = true;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = model.layout.block;
        int const d = model.d;
        copy_maps(lanes, model.k, d, theta + block[1].offset, theta + block[2].offset, to);
        for (int i = lanes.rank(); i < model.k; i += lanes.size())
            pack_form(theta + block[0].offset + i * d * d, d, to.row(i) + d);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/,
                             MapRows<Real const> by, Real* gradient)
    {
        Block const* block = model.layout.block;
        int const d = model.d;
        copy_back(lanes, model.k, d, by, gradient + block[1].offset, gradient + block[2].offset);
        for (int i = lanes.rank(); i < model.k; i += lanes.size())
            chain_form(by.row(i) + d, d, gradient + block[0].offset + i * d * d);
    }
};

/// s_i(x) = x^T A_i x + b_i, phi(x) = vech(x x^T). Parameters: A (k x d x d), b (k).
struct MonomialScore : ScoreDefaults
{
    static constexpr std::string_view name = "monomial";
    static constexpr std::string_view formula = "s_i(x) = x^T A_i x + b_i";
    static constexpr std::string_view source = "001 eq 3, 000 eq 5(ii)";
    static constexpr Parameter parameters[] = {{"A", Role::location, Extent::d_d},
                                               {"b", Role::bias, Extent::one}};
    static constexpr unsigned features = feature_vech;
    static constexpr bool single_maps = true;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = model.layout.block;
        for (int i = lanes.rank(); i < model.k; i += lanes.size())
            pack_form(theta + block[0].offset + i * model.d * model.d, model.d, to.row(i));
        copy_rows(lanes, 1, model.k, theta + block[1].offset, model.k, to.c, model.k);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/,
                             MapRows<Real const> by, Real* gradient)
    {
        Block const* block = model.layout.block;
        for (int i = lanes.rank(); i < model.k; i += lanes.size())
            chain_form(by.row(i), model.d, gradient + block[0].offset + i * model.d * model.d);
        copy_rows(lanes, 1, model.k, by.c, model.k, gradient + block[1].offset, model.k);
    }
};

MOE_END_ISA
