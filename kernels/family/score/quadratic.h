#pragma once

#include "kernels/core/sample_rows.h"
#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// x^T A x as a map of vech(x x^T): row entry A_aa, and A_ab + A_ba off the diagonal. Only the
/// symmetric part of A is identified. Of `size` numbers in a row, 0: of any.
template <int size, class Real>
MOE_HD void pack_form(Real const* a, int dimension, Real* row)
{
    int const d = size > 0 ? size : dimension;
    MOE_FOLDED
    for (int p = 0; p < d; row += d - p, ++p) {
        row[0] = a[p * d + p];
        MOE_FOLDED
        for (int q = p + 1; q < d; ++q)
            row[q - p] = a[p * d + q] + a[q * d + p];
    }
}

/// Chain rule of pack_form: dA_pq = dA_qp = entry (p, q) of the row.
template <int size, class Real>
MOE_HD void chain_form(Real const* row, int dimension, Real* a)
{
    int const d = size > 0 ? size : dimension;
    MOE_FOLDED
    for (int p = 0; p < d; row += d - p, ++p) {
        MOE_FOLDED
        for (int q = p; q < d; ++q)
            a[p * d + q] = a[q * d + p] = row[q - p];
    }
}

/// f(constant) with the size of forms, or 0. A CPU thread folds small ones without loops, which
/// would take longer to set up than to do.
template <class Lanes, class F>
MOE_HD MOE_FLAT void with_form_size(int d, F const& f)
{
    constexpr int most = 8;
    if constexpr (Lanes::serial) {
        if (d <= most) {
            with_size<most>(d, f);
            return;
        }
    }
    f(std::integral_constant<int, 0>{});
}

/// pack_form of each atom's form, to the rows from column `first` on.
template <class Real, class Lanes>
MOE_HD void pack_forms(Lanes lanes, Model const& model, Real const* a, MapRows<Real> to, int first)
{
    int const d = model.d;
    with_form_size<Lanes>(d, [&](auto size) {
        for (int i = lanes.rank(); i < model.k; i += lanes.size())
            pack_form<decltype(size)::value>(a + i * d * d, d, to.row(i) + first);
    });
}

/// The way back of the gradient.
template <class Real, class Lanes>
MOE_HD void chain_forms(Lanes lanes, Model const& model, MapRows<Real const> by, int first, Real* a)
{
    int const d = model.d;
    with_form_size<Lanes>(d, [&](auto size) {
        for (int i = lanes.rank(); i < model.k; i += lanes.size())
            chain_form<decltype(size)::value>(by.row(i) + first, d, a + i * d * d);
    });
}

/// f(column, first, second) of each entry of a row of forms from column `begin` on: it is
/// a[first] + a[second] of the d x d numbers a, or a[first] alone, where second is -1.
template <class F>
MOE_HD void each_form_entry(int d, int begin, F const& f)
{
    for (int p = 0; p < d; ++p)
        for (int q = p; q < d; ++q)
            f(begin++, p * d + q, p == q ? -1 : q * d + p);
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
    static constexpr bool summed_maps = true;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = model.layout.block;
        int const d = model.d;
        copy_maps(lanes, model.k, d, theta + block[1].offset, theta + block[2].offset, to);
        pack_forms(lanes, model, theta + block[0].offset, to, d);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/,
                             MapRows<Real const> by, Real* gradient)
    {
        Block const* block = model.layout.block;
        int const d = model.d;
        copy_back(lanes, model.k, d, by, gradient + block[1].offset, gradient + block[2].offset);
        chain_forms(lanes, model, by, d, gradient + block[0].offset);
    }

    /// f(atom, column, first, second) of each entry of the maps, which is theta[first] +
    /// theta[second], or theta[first] alone, where second is -1.
    template <class F>
    MOE_HD static void each_entry(Model const& model, F const& f)
    {
        Block const* block = model.layout.block;
        int const d = model.d;
        for (int i = 0; i < model.k; ++i) {
            for (int a = 0; a < d; ++a)
                f(i, a, block[1].offset + i * d + a, -1);
            int const form = block[0].offset + i * d * d;
            each_form_entry(d, d, [&](int column, int first, int second) {
                f(i, column, form + first, second < 0 ? -1 : form + second);
            });
        }
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
    static constexpr bool summed_maps = true;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = model.layout.block;
        pack_forms(lanes, model, theta + block[0].offset, to, 0);
        copy_rows(lanes, 1, model.k, theta + block[1].offset, model.k, to.c, model.k);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/,
                             MapRows<Real const> by, Real* gradient)
    {
        Block const* block = model.layout.block;
        chain_forms(lanes, model, by, 0, gradient + block[0].offset);
        copy_rows(lanes, 1, model.k, by.c, model.k, gradient + block[1].offset, model.k);
    }

    /// As QuadraticScore's.
    template <class F>
    MOE_HD static void each_entry(Model const& model, F const& f)
    {
        int const d = model.d;
        for (int i = 0; i < model.k; ++i) {
            int const form = model.layout.block[0].offset + i * d * d;
            each_form_entry(d, 0, [&](int column, int first, int second) {
                f(i, column, form + first, second < 0 ? -1 : form + second);
            });
        }
    }
};

MOE_END_ISA
