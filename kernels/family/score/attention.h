#pragma once

#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/family/score/attention_rows.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// s_i(x) = (Q x + q).(K_i x + kappa_i) = x^T Q^T K_i x + (Q^T kappa_i + K_i^T q).x + q.kappa_i,
/// phi(x) = (x, vech(x x^T)). Parameters: K (k x r x d), kappa (k x r), and Q (r x d), q (r) shared
/// by all atoms. There is no bias, so m = 1 (golden N6).
struct AttentionScore : ScoreDefaults
{
    static constexpr std::string_view name = "attention";
    static constexpr std::string_view formula = "s_i(x) = (Q x + q).(K_i x + kappa_i), rank r";
    static constexpr std::string_view source = "001 eq 8-9";
    static constexpr Parameter parameters[] = {{"K", Role::location, Extent::r_d},
                                               {"kappa", Role::location, Extent::r},
                                               {"Q", Role::shared, Extent::r_d},
                                               {"q", Role::shared, Extent::r}};
    static constexpr unsigned features = feature_x | feature_vech;
    static constexpr int revision = 2; // 1: no rows of vectors

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Parts<Real const> const p(model, theta);
        int const d = model.d;
        int const rank = model.gate.rank;
        if constexpr (Lanes::serial && attention_rows<Real>) {
            if (d <= attention_row) {
                pack_rows(model, p, to);
                return;
            }
        }
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            Real* const row = to.row(i);
            to.c[i] = Real(0);
            for (int f = 0; f < d + d * (d + 1) / 2; ++f)
                row[f] = Real(0);
            for (int r = 0; r < rank; ++r) {
                Real const* const query = p.query + r * d;
                Real const* const key = p.key + (i * rank + r) * d;
                Real const kappa = p.kappa[i * rank + r];
                to.c[i] += p.q[r] * kappa;
                Real* form = row + d;
                for (int a = 0; a < d; form += d - a, ++a) {
                    row[a] += query[a] * kappa + key[a] * p.q[r];
                    form[0] += query[a] * key[a];
                    for (int b = a + 1; b < d; ++b)
                        form[b - a] += query[a] * key[b] + query[b] * key[a];
                }
            }
        }
    }

    /// With D the symmetric matrix of the vech row: dK_r = D Q_r + q_r dx, dkappa_r = Q_r.dx + q_r
    /// dc, and the same with Q and K exchanged, summed over atoms, for Q, q.
    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* theta,
                             MapRows<Real const> by, Real* gradient)
    {
        Parts<Real const> const p(model, theta);
        Parts<Real> const out(model, gradient);
        int const d = model.d;
        int const rank = model.gate.rank;
        if constexpr (Lanes::serial && attention_rows<Real>) {
            if (d <= attention_row) {
                chain_rows(model, p, by, out);
                return;
            }
        }
        for (int e = lanes.rank(); e < model.k * rank; e += lanes.size()) {
            int const i = e / rank;
            int const r = e % rank;
            for (int f = 0; f < d; ++f)
                out.key[e * d + f] = Real(0);
            out.kappa[e] =
                add_factor(by.row(i), by.c[i], p.query + r * d, p.q[r], d, out.key + e * d);
        }
        for (int r = lanes.rank(); r < rank; r += lanes.size()) {
            out.q[r] = Real(0);
            for (int f = 0; f < d; ++f)
                out.query[r * d + f] = Real(0);
            for (int i = 0; i < model.k; ++i)
                out.q[r] += add_factor(by.row(i), by.c[i], p.key + (i * rank + r) * d,
                                       p.kappa[i * rank + r], d, out.query + r * d);
        }
    }

private:
    /// pack() and chain() by rows that are vectors.
    template <class P, class Real>
    static void pack_rows(Model const& model, P const& p, MapRows<Real> to)
    {
        int const rank = model.gate.rank;
        with_size<attention_row>(model.d, [&](auto size) {
            constexpr int d = decltype(size)::value;
            for (int i = 0; i < model.k; ++i)
                AttentionRows<Real, d>::pack(p.query, p.q, p.key + i * rank * d, p.kappa + i * rank,
                                             rank, to.row(i), to.c + i);
        });
    }

    template <class P, class Real, class Out>
    static void chain_rows(Model const& model, P const& p, MapRows<Real const> by, Out const& out)
    {
        int const rank = model.gate.rank;
        for (int r = 0; r < rank; ++r)
            out.q[r] = Real(0);
        for (int f = 0; f < rank * model.d; ++f)
            out.query[f] = Real(0);
        with_size<attention_row>(model.d, [&](auto size) {
            constexpr int d = decltype(size)::value;
            using Rows = AttentionRows<Real, d>;
            typename Rows::Forms forms;
            for (int first = 0; first < model.k; first += forms.most) {
                int const count = model.k - first < forms.most ? model.k - first : forms.most;
                for (int i = 0; i < count; ++i)
                    chain_form<d>(by.row(first + i) + d, d, forms.entry[i]);
                for (int r = 0; r < rank; ++r) {
                    auto const query = Rows::load(p.query + r * d);
                    auto by_query = Rows::load(out.query + r * d);
                    auto by_q = Rows::all(Real(0));
                    Real constant = out.q[r];
                    for (int i = 0; i < count; ++i) {
                        int const e = (first + i) * rank + r;
                        Real const dc = by.c[first + i];
                        auto const dx = Rows::load(by.row(first + i));
                        Rows::store(forms.times(i, p.query + r * d) + Rows::all(p.q[r]) * dx,
                                    out.key + e * d);
                        by_query += forms.times(i, p.key + e * d) + Rows::all(p.kappa[e]) * dx;
                        out.kappa[e] = Rows::dot(query, dx) + p.q[r] * dc;
                        by_q += Rows::load(p.key + e * d) * dx;
                        constant += p.kappa[e] * dc;
                    }
                    Rows::store(by_query, out.query + r * d);
                    out.q[r] = Rows::dot(by_q, Rows::all(Real(1))) + constant;
                }
            }
        });
    }

    /// Adds D v + v0 dx to `sum` and returns v.dx + v0 dc, for one row (dx, vech D) and dc.
    template <class Real>
    MOE_HD static Real add_factor(Real const* row, Real dc, Real const* v, Real v0, int d,
                                  Real* sum)
    {
        Real constant = v0 * dc;
        Real const* form = row + d;
        for (int a = 0; a < d; form += d - a, ++a) {
            constant += v[a] * row[a];
            Real along = v0 * row[a] + form[0] * v[a];
            for (int b = a + 1; b < d; ++b) {
                along += form[b - a] * v[b];
                sum[b] += form[b - a] * v[a];
            }
            sum[a] += along;
        }
        return constant;
    }

    /// The parameters of a vector shaped like theta.
    template <class Real>
    struct Parts
    {
        Real *key, *kappa, *query, *q;
        MOE_HD Parts(Model const& model, Real* theta)
            : key(theta + model.layout.block[0].offset),
              kappa(theta + model.layout.block[1].offset),
              query(theta + model.layout.block[2].offset), q(theta + model.layout.block[3].offset)
        {}
    };
};

MOE_END_ISA
