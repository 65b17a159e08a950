#pragma once

/// @file
/// The cells of a fit by its experts' parameters, and its record from the sums (spec.md 2.2).

#include "kernels/core/norm.h"
#include "kernels/risk/risk_sums.h"

#include <limits>

MOE_BEGIN_ISA

/// Squared distance between the expert parameters of fitted atom i and true atom j. A parameter
/// that one side lacks counts as 0 there.
template <class Real>
MOE_HD double expert_distance(RiskTask<Real> const& task, Real const* theta, int i, int j)
{
    Layout const& fit = task.model.layout;
    Layout const& truth = task.truth.layout;
    double sum = 0;
    auto const value = [](Layout const& layout, Real const* of, int block, int atom, int at) {
        Block const& b = layout.block[block];
        return static_cast<double>(of[b.offset + atom * b.width + at]);
    };
    for (int u = fit.expert_begin; u < fit.blocks; ++u) {
        int match = truth.expert_begin;
        while (match < truth.blocks && truth.block[match].id != fit.block[u].id)
            ++match;
        for (int at = 0; at < fit.block[u].width; ++at) {
            double const other =
                match < truth.blocks ? value(truth, task.theta_true, match, j, at) : 0;
            double const difference = value(fit, theta, u, i, at) - other;
            sum += difference * difference;
        }
    }
    for (int u = truth.expert_begin; u < truth.blocks; ++u) {
        bool lacking = true;
        for (int v = fit.expert_begin; v < fit.blocks; ++v)
            lacking = lacking && fit.block[v].id != truth.block[u].id;
        for (int at = 0; lacking && at < truth.block[u].width; ++at)
            sum +=
                value(truth, task.theta_true, u, j, at) * value(truth, task.theta_true, u, j, at);
    }
    return sum;
}

/// What a record holds where there is nothing to measure. Not inside of the function: device code
/// cannot call quiet_NaN.
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Cells by expert parameters (ties to the smaller j), and their members.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void assign_cells(Lanes lanes, RiskTask<Real> const& task, Real const* theta,
                                  RiskSums<Real, Lanes> const& m)
{
    int const k = task.model.k;
    for (int i = lanes.rank(); i < k; i += lanes.size()) {
        m.cell[i] = 0;
        for (int j = 1; j < task.truth.k; ++j)
            if (clearly_nearer(expert_distance(task, theta, i, j),
                               expert_distance(task, theta, i, m.cell[i])))
                m.cell[i] = j;
    }
    lanes.sync();
    for (int i = lanes.rank(); i < k; i += lanes.size()) {
        int before = 0;
        for (int l = 0; l < k; ++l)
            before += m.cell[l] < m.cell[i] || (m.cell[l] == m.cell[i] && l < i) ? 1 : 0;
        m.member[before] = i;
    }
    for (int j = lanes.rank(); j <= task.truth.k; j += lanes.size()) {
        m.begin[j] = 0;
        for (int l = 0; l < k; ++l)
            m.begin[j] += m.cell[l] < j ? 1 : 0;
    }
}

/// A regression error and RiskRecord::regression_error.
struct SampledError
{
    double value;
    double error;
};

/// Both over the first `points` points, by the sums.
template <class Sums>
MOE_HD SampledError sampled_error(Sums const& m, int points)
{
    double const square = m.square.total() / points;
    double const variance = m.fourth.total() / points - square * square; // of e^2
    // Rounding may leave less than 0; what is not a number stays so.
    return {math::sqrt(square),
            variance > 0 ? math::sqrt(variance / points / square) / 2 : variance * 0};
}

/// Whether the first `points` points are enough for the task. The same answer in every lane after
/// a sync.
template <class Real, class Sums>
MOE_HD bool precise(RiskTask<Real> const& task, Sums const& m, int points)
{
    if (!(task.precision > 0))
        return false;
    SampledError const regression = sampled_error(m, points);
    return regression.error <= task.precision * regression.value;
}

/// The record from the sums over the first `points` points: maxima over atoms and cells.
template <class Real, class Lanes>
MOE_HD MOE_FLAT RiskRecord summarize(RiskTask<Real> const& task, RiskSums<Real, Lanes> const& m,
                                     int points)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    double const none = -1; // no atom in such a cell
    double over = none, exact = none, missed = 0;
    for (int i = 0; i < k; ++i) {
        int size = 0;
        for (int l = 0; l < k; ++l)
            size += m.cell[l] == m.cell[i] ? 1 : 0;
        double const error = m.sum[i * true_atoms + m.cell[i]] / points;
        double& worst = size > 1 ? over : exact;
        worst = error > worst || error != error ? error : worst;
    }
    for (int j = 0; j < true_atoms; ++j) {
        double least = m.sum[j] / points;
        for (int i = 1; i < k; ++i) {
            double const error = m.sum[i * true_atoms + j] / points;
            least = error < least ? error : least;
        }
        missed = least > missed || least != least ? least : missed;
    }
    auto const root = [&](double square) { return square == none ? no_value : math::sqrt(square); };
    auto const worst_of = [&](double const* sums) {
        double worst = 0;
        for (int j = 0; j < true_atoms; ++j)
            worst = sums[j] > worst || sums[j] != sums[j] ? sums[j] : worst;
        return root(worst / points);
    };
    double const* const responses = m.sum + k * true_atoms;
    SampledError const regression = sampled_error(m, points);
    return {regression.value, root(over),          root(exact),
            root(missed),     worst_of(responses), worst_of(responses + true_atoms),
            regression.error};
}

MOE_END_ISA
