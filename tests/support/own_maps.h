#pragma once

/// @file
/// Members as they say themselves, for a plain mixture that need not name them: their maps packed
/// in float64, on features that are written out here.

#include "kernels/core/lanes.h"
#include "kernels/family/activations.h"
#include "kernels/model/layout.h"
#include "kernels/spec/features.h"

#include <cmath>
#include <numeric>
#include <vector>

MOE_BEGIN_ISA

/// A linear map of one atom at one x. An activation of a score stands between the two (psi(along) +
/// offset), one of an expert behind their sum.
struct AtomMap
{
    double along; ///< W.phi(x)
    double offset;
};

/// The features of a set at x [d].
inline std::vector<double> plain_features(unsigned set, double const* x, int d, double tau2)
{
    std::vector<double> phi;
    double const square = std::inner_product(x, x + d, x, 0.0);
    double const length = std::sqrt(square);
    auto const add_shortened = [&](double tau) {
        for (int f = 0; f < d; ++f)
            phi.push_back(length > 0 ? x[f] / (length + tau) : 0);
    };
    if ((set & feature_x) != 0)
        phi.insert(phi.end(), x, x + d);
    if ((set & feature_vech) != 0)
        for (int a = 0; a < d; ++a)
            for (int b = a; b < d; ++b)
                phi.push_back(x[a] * x[b]);
    if ((set & feature_square) != 0)
        phi.push_back(square);
    if ((set & feature_cosine) != 0)
        add_shortened(tau2);
    if ((set & feature_unit) != 0)
        add_shortened(0);
    return phi;
}

/// The map of atom i by a member's own pack.
template <class Member>
AtomMap packed_map(Member member, Model const& model, std::vector<double> const& theta,
                   double const* x, int i)
{
    std::vector<double> const phi = plain_features(member.features, x, model.d, model.gate.tau2);
    int const width = static_cast<int>(phi.size());
    std::vector<double> w(phi.size() * static_cast<std::size_t>(model.k));
    std::vector<double> c(static_cast<std::size_t>(model.k));
    member.pack(SerialLanes{}, model, theta.data(), MapRows<double>{w.data(), width, c.data()});
    return {std::inner_product(phi.begin(), phi.end(), w.begin() + i * width, 0.0),
            c[static_cast<std::size_t>(i)]};
}

/// Of the model's score, before T.
inline AtomMap own_score(Model const& model, std::vector<double> const& theta, double const* x,
                         int i)
{
    AtomMap map{NAN, NAN};
    visit(Scores{}, model.gate.score,
          [&](auto score) { map = packed_map(score, model, theta, x, i); });
    return map;
}

/// Of the model's expert form.
inline AtomMap own_expert(Model const& model, std::vector<double> const& theta, double const* x,
                          int i)
{
    AtomMap map{NAN, NAN};
    visit(Experts{}, model.expert.form,
          [&](auto form) { map = packed_map(form, model, theta, x, i); });
    return map;
}

/// The activation and its slope at t.
inline ValueSlope<double> own_activation(int activation, int power, double t)
{
    ValueSlope<double> at{NAN, NAN};
    visit(Activations{}, activation, [&](auto member) { at = member.eval(t, power); });
    return at;
}

/// Whether the slope jumps at 0. No member has a kink elsewhere.
inline bool has_kink(int activation, int power)
{
    constexpr double near = 1e-9;
    return std::fabs(own_activation(activation, power, near).slope -
                     own_activation(activation, power, -near).slope) > 1e-6;
}

MOE_END_ISA
