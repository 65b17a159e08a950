#pragma once

/// @file
/// Experts that are 0 on all inputs, and how far an expert is from being one; what follows from
/// the declarations of form and activation alone. Inputs are those of the data: x in [-1, 1]^d.

#include "kernels/core/norm.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"

#include <limits>

MOE_BEGIN_ISA

/// Beyond all distances. Not inside of a function: device code cannot call max().
constexpr double no_null_expert = std::numeric_limits<double>::max();

/// What the parameters eta = (a, b, lambda) of an expert do to its response.
struct ExpertNature
{
    int direction = 0; ///< numbers of a, the first ones of eta
    int plain = 0;     ///< those without factor: a and b, or all where there is no lambda
    bool factor = false;
    bool zero = false;      ///< h = 0 where they are 0
    bool dead_box = false;  ///< h = 0 where |a|_1 + b <= 0
    bool dead_ball = false; ///< h = 0 where |a| + b <= 0
    Homogeneity homogeneity =
        Homogeneity::none; ///< of h by a factor of eta (with lambda: of lambda)
};

/// The nature of a model's experts.
MOE_HD MOE_NOINLINE inline ExpertNature nature_of(Model const& model)
{
    ExpertNature nature;
    ExpertSpec const& spec = model.expert;
    bool biased = false;
    for (int b = model.layout.expert_begin; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        nature.direction += block.role == Role::expert_direction ? block.width : 0;
        nature.plain += block.role != Role::expert_scale ? block.width : 0;
        biased = biased || block.role == Role::expert_bias;
    }
    unsigned features = 0;
    bool activated = true;
    visit(Experts{}, spec.form, [&](auto form) {
        features = form.features;
        activated = form.uses_activation;
        nature.factor = form.factor;
    });
    bool dead = false;
    if (activated) {
        visit(Activations{}, spec.activation, [&](auto activation) {
            nature.zero = activation.eval(0.0, spec.power).value == 0;
            nature.homogeneity = activation.homogeneity(spec.power);
            dead = activation.dead_below && biased && nature.direction == model.d;
        });
    } else {
        nature.zero = true;
        nature.homogeneity = Homogeneity::linear;
    }
    nature.dead_box = dead && features == feature_x;
    nature.dead_ball = dead && features == feature_unit;
    nature.homogeneity = nature.factor ? Homogeneity::linear : nature.homogeneity;
    return nature;
}

/// Distance of (v, b) to the cone |v|_1 + b <= 0: its nearest point has |v_f| - t, at least 0, and
/// b - t, with the t >= 0 that brings the sum to 0. Newton's iteration on this convex function of t
/// ends after at most n + 1 steps, as the set of f with |v_f| > t shrinks. v(f) >= 0.
template <class At>
MOE_HD double cone_distance(int n, At const& v, double b)
{
    double t = 0;
    for (int left = n + 1, before = n + 2; left < before;) {
        before = left;
        left = 0;
        double sum = b;
        for (int f = 0; f < n; ++f) {
            if (v(f) > t) {
                sum += v(f);
                ++left;
            }
        }
        if (t == 0 && sum <= 0)
            return 0;
        t = sum / (left + 1);
    }
    auto const moved = [&](int f) { return f == n || v(f) > t ? t : v(f); };
    double square = 0;
    for (int f = 0; f <= n; ++f)
        square += moved(f) * moved(f);
    return scaled_norm(square, n + 1, moved).value();
}

/// |eta|, of n numbers.
MOE_HD MOE_NOINLINE inline double norm_of(double const* eta, int n)
{
    double square = 0;
    for (int f = 0; f < n; ++f)
        square += eta[f] * eta[f];
    return scaled_norm(square, n, [=](int f) { return eta[f]; }).value();
}

/// Least |eta - eta'| over the eta' of experts that are 0 on all inputs: lambda = 0; a = b = 0
/// where phi(0) = 0; dead ones where phi(t) = 0 for t <= 0. Infinite where no expert is 0.
MOE_HD MOE_NOINLINE inline double null_distance(ExpertNature const& nature, double const* eta)
{
    double least = no_null_expert;
    auto const take = [&](double distance) { least = distance < least ? distance : least; };
    if (nature.factor)
        take(std::fabs(eta[nature.plain]));
    if (nature.zero)
        take(norm_of(eta, nature.plain));
    double const b = eta[nature.direction];
    if (nature.dead_box)
        take(cone_distance(
            nature.direction, [=](int f) { return std::fabs(eta[f]); }, b));
    if (nature.dead_ball) {
        double const a = norm_of(eta, nature.direction);
        take(cone_distance(
            1, [=](int) { return a; }, b));
    }
    return least;
}

MOE_END_ISA
