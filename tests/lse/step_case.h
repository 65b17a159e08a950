#pragma once

/// @file
/// Steps of hand-made and drawn normal equations.

#include "kernels/lse/step_api.h"
#include "tests/support/backend.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <new>
#include <random>
#include <vector>

namespace moerate
{

/// Some roundings of numbers of size 1.
constexpr double rounding = 1e-14;

constexpr double unbounded = std::numeric_limits<double>::infinity();

/// A model of p plain numbers that nothing shifts.
inline Model plain_numbers(int p)
{
    Model model;
    model.d = 1;
    model.k = p;
    model.layout.blocks = 1;
    model.layout.size = p;
    model.layout.block[0] = {"b", 1, Role::expert_bias, 0, p, 1, Extent::one};
    return model;
}

/// One step's input.
struct StepCase
{
    std::vector<double> gram;     ///< [p][p]
    std::vector<double> gradient; ///< [p]
    std::vector<double> theta;
    double damping = 1;
    std::vector<double> lower = std::vector<double>(theta.size(), -unbounded);
    std::vector<double> upper = std::vector<double>(theta.size(), unbounded);
    double gain_below = -1;
    std::vector<double> curvature = std::vector<double>(gram.size()); ///< [p][p]
    std::vector<double> gradient_before{};                            ///< empty: C stays
    std::vector<double> theta_before = theta;
    std::vector<double> along = std::vector<double>(theta.size()); ///< H there times that step
    bool curved = false;
    Model model = plain_numbers(static_cast<int>(theta.size()));
};

struct Stepped
{
    StepRecord record;
    std::vector<double> trial;
    std::vector<double> curvature;
    std::vector<double> along;
};

/// Takes the step in working memory full of NaN; the trial begins so, too.
inline Stepped step(Backend const& backend, StepCase const& c)
{
    std::size_t const numbers = step_numbers(c.model);
    auto const alignment = std::align_val_t(64);
    auto* const work = static_cast<double*>(::operator new(sizeof(double) * numbers, alignment));
    std::fill_n(work, numbers, NAN);
    Stepped out{{}, c.theta_before, c.curvature, c.along};
    if (c.gradient_before.empty())
        std::fill(out.trial.begin(), out.trial.end(), NAN);
    out.along.resize(c.lower.size(), NAN);
    out.curvature.resize(c.lower.size() * c.lower.size(), NAN);
    backend.run(
        StepTask{c.model, c.theta.data(), c.lower.data(), c.upper.data(),
                 c.gram.empty() ? nullptr : c.gram.data(), out.curvature.data(), c.gradient.data(),
                 c.gradient_before.empty() ? nullptr : c.gradient_before.data(), out.along.data(),
                 c.curved ? 1 : 0, c.damping, c.gain_below, work, out.trial.data(), &out.record});
    ::operator delete(work, alignment);
    return out;
}

/// H = J^T J and g = J^T r of a drawn J [rows][p] whose columns have unlike sizes. `dead` columns
/// are 0, and the last column is twice the first.
struct DrawnEquations
{
    std::vector<double> gram, gradient;

    DrawnEquations(int p, int rows, unsigned seed, int dead = -1)
        : gram(static_cast<std::size_t>(p) * p), gradient(p)
    {
        std::mt19937_64 random(seed);
        std::normal_distribution<double> normal;
        std::vector<double> row(p);
        for (int t = 0; t < rows; ++t) {
            for (int i = 0; i < p; ++i)
                row[i] = i == dead ? 0 : std::ldexp(normal(random), i % 7 - 3);
            if (p > 1)
                row[p - 1] = 2 * row[0];
            double const r = normal(random);
            for (int i = 0; i < p; ++i) {
                gradient[i] += row[i] * r;
                for (int j = 0; j < p; ++j)
                    gram[static_cast<std::size_t>(i) * p + j] += row[i] * row[j];
            }
        }
    }
};

} // namespace moerate
