#pragma once

/// @file
/// Regression error, family-free expert errors and responses of one fit, the algorithm of all
/// backends (spec.md 2.2; 002 eq 8, 003 eq 7).

#include "kernels/model/forward.h"
#include "kernels/risk/risk_api.h"

#include <limits>

MOE_BEGIN_ISA

/// Chunks between two foldings of the pair sums into float64: 32 terms a float sum keep its
/// rounding at some 1e-6 of the sum, below the sampling error of 10^5 points.
constexpr int chunks_a_fold = 32;

/// Working memory of a risk measurement.
template <class Real, class Lanes>
struct RiskMemory
{
    Forward<Real, Lanes> forward;
    SampleSum square;
    Real* part;  ///< [sums][chunk] what came to the sums since the last folding
    double* sum; ///< [sums] up to it: of (h_i - h*_j)^2 [k][k*], then of the cells' responses [k*],
                 ///< then of their gates [k*]
    int* cell;   ///< [k] true atom of each fitted one
    int* member; ///< [k] fitted atoms by cell, ascending inside of one
    Real* response; ///< [chunk] sum_{i in A_j} g_i h_i - g*_j h*_j
    Real* gate;     ///< [chunk] sum_{i in A_j} g_i - g*_j

    MOE_HD MOE_FLAT RiskMemory(Lanes lanes, Scratch& scratch, Model const& model, int true_atoms)
        : forward(lanes, scratch, model), square(scratch),
          part(scratch.take<Real>(static_cast<std::size_t>(sums(model.k, true_atoms)) * chunk)),
          sum(scratch.take<double>(static_cast<std::size_t>(sums(model.k, true_atoms)))),
          cell(scratch.take<int>(static_cast<std::size_t>(model.k))),
          member(scratch.take<int>(static_cast<std::size_t>(model.k))),
          response(scratch.take<Real>(chunk)), gate(scratch.take<Real>(chunk))
    {}

    /// Number of sums.
    MOE_HD static constexpr int sums(int k, int true_atoms)
    {
        return k * true_atoms + 2 * true_atoms;
    }
};

/// Bytes of working memory of run_one.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, RiskTask<Real> const& task)
{
    Scratch measure(nullptr);
    RiskMemory<Real, Lanes> const memory(lanes, measure, task.model, task.truth.k);
    return measure.used();
}

/// Adds the chunk's (h_i - h*_j)^2 to the pair sums.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_pairs(Lanes lanes, RiskTask<Real> const& task, RiskMemory<Real, Lanes>& m,
                               int first, int count)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    Real const* const h = m.forward.planes.expert;
    if constexpr (Lanes::serial) {
        for (int i = 0; i < k; ++i) {
            for (int j = 0; j < true_atoms; ++j) {
                Real const* const truth =
                    task.experts_true + static_cast<std::size_t>(j) * task.points + first;
                Real* const part = m.part + (i * true_atoms + j) * chunk;
                MOE_SIMD
                for (int b = 0; b < count; ++b) {
                    Real const difference = h[i * chunk + b] - truth[b];
                    part[b] += difference * difference;
                }
            }
        }
    } else { // the truth's number comes from far: it is read once
        for (int j = 0; j < true_atoms; ++j) {
            Real const* const from =
                task.experts_true + static_cast<std::size_t>(j) * task.points + first;
            for (int b = lanes.rank(); b < count; b += lanes.size()) {
                Real const truth = from[b];
                for (int i = 0; i < k; ++i) {
                    Real const difference = h[i * chunk + b] - truth;
                    m.part[(i * true_atoms + j) * chunk + b] += difference * difference;
                }
            }
        }
    }
}

/// Asks for a chunk of numbers before they are needed.
template <class Real>
MOE_HD MOE_FLAT void prefetch_chunk(Real const* from)
{
#ifndef __CUDA_ARCH__
    for (int b = 0; b < chunk; b += static_cast<int>(64 / sizeof(Real))) // cache lines
        __builtin_prefetch(from + b);
#endif
}

/// Adds the chunk's squares of what the cells' responses and gates lack to their sums.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_responses(Lanes lanes, RiskTask<Real> const& task,
                                   RiskMemory<Real, Lanes>& m, int first, int count)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    Planes<Real> const& planes = m.forward.planes;
    Real* const response = m.response;
    Real* const gate = m.gate;
    for (int j = 0, at = 0; j < true_atoms; ++j) { // a lane has its samples all through: no sync
        std::size_t const truth = static_cast<std::size_t>(j) * task.points + first;
        Real const* const g_true = task.weights_true + truth;
        Real const* const h_true = task.experts_true + truth;
        // 2 k* streams are more than a CPU follows by itself.
        constexpr int ahead = 8 * chunk;
        if (Lanes::serial && first + ahead + chunk <= task.points) {
            prefetch_chunk(g_true + ahead);
            prefetch_chunk(h_true + ahead);
        }
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            response[b] = -(g_true[b] * h_true[b]);
            gate[b] = -g_true[b];
        }
        for (; at < k && m.cell[m.member[at]] == j; ++at) {
            Real const* const g = planes.plane + m.member[at] * chunk;
            Real const* const h = planes.expert + m.member[at] * chunk;
            MOE_SIMD
            for (int b = lanes.rank(); b < count; b += lanes.size()) {
                response[b] += g[b] * h[b];
                gate[b] += g[b];
            }
        }
        Real* const of_response = m.part + (k * true_atoms + j) * chunk;
        Real* const of_gate = of_response + true_atoms * chunk;
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            of_response[b] += response[b] * response[b];
            of_gate[b] += gate[b] * gate[b];
        }
    }
}

/// Moves the float sums into float64.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void fold_sums(Lanes lanes, int sums, RiskMemory<Real, Lanes>& m)
{
    lanes.sync();
    for (int p = lanes.rank(); p < sums; p += lanes.size()) {
        Real* const part = m.part + p * chunk;
        double sum = 0;
        MOE_SIMD_SUM(sum)
        for (int b = 0; b < chunk; ++b)
            sum += static_cast<double>(part[b]);
        m.sum[p] += sum;
        MOE_SIMD
        for (int b = 0; b < chunk; ++b)
            part[b] = Real(0);
    }
    lanes.sync();
}

/// Squared distance between the expert parameters of fitted atom i and true atom j. A parameter
/// that one side lacks counts as 0 there.
template <class Real>
MOE_HD double expert_distance(RiskTask<Real> const& task, int i, int j)
{
    Layout const& fit = task.model.layout;
    Layout const& truth = task.truth.layout;
    double sum = 0;
    auto const value = [](Layout const& layout, Real const* theta, int block, int atom, int at) {
        Block const& b = layout.block[block];
        return static_cast<double>(theta[b.offset + atom * b.width + at]);
    };
    for (int u = fit.expert_begin; u < fit.blocks; ++u) {
        int match = truth.expert_begin;
        while (match < truth.blocks && truth.block[match].id != fit.block[u].id)
            ++match;
        for (int at = 0; at < fit.block[u].width; ++at) {
            double const other =
                match < truth.blocks ? value(truth, task.theta_true, match, j, at) : 0;
            double const difference = value(fit, task.theta, u, i, at) - other;
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
MOE_HD MOE_FLAT void assign_cells(Lanes lanes, RiskTask<Real> const& task,
                                  RiskMemory<Real, Lanes>& m)
{
    int const k = task.model.k;
    for (int i = lanes.rank(); i < k; i += lanes.size()) {
        m.cell[i] = 0;
        for (int j = 1; j < task.truth.k; ++j)
            if (expert_distance(task, i, j) < expert_distance(task, i, m.cell[i]))
                m.cell[i] = j;
    }
    lanes.sync();
    for (int i = lanes.rank(); i < k; i += lanes.size()) {
        int before = 0;
        for (int l = 0; l < k; ++l)
            before += m.cell[l] < m.cell[i] || (m.cell[l] == m.cell[i] && l < i) ? 1 : 0;
        m.member[before] = i;
    }
}

/// The record from the sums: maxima over atoms and cells.
template <class Real, class Lanes>
MOE_HD MOE_FLAT RiskRecord summarize(RiskTask<Real> const& task, RiskMemory<Real, Lanes> const& m)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    double const none = -1; // no atom in such a cell
    double over = none, exact = none, missed = 0;
    for (int i = 0; i < k; ++i) {
        int size = 0;
        for (int l = 0; l < k; ++l)
            size += m.cell[l] == m.cell[i] ? 1 : 0;
        double const error = m.sum[i * true_atoms + m.cell[i]] / task.points;
        double& worst = size > 1 ? over : exact;
        worst = error > worst || error != error ? error : worst;
    }
    for (int j = 0; j < true_atoms; ++j) {
        double least = m.sum[j] / task.points;
        for (int i = 1; i < k; ++i) {
            double const error = m.sum[i * true_atoms + j] / task.points;
            least = error < least ? error : least;
        }
        missed = least > missed || least != least ? least : missed;
    }
    auto const root = [&](double square) { return square == none ? no_value : math::sqrt(square); };
    auto const worst_of = [&](double const* sums) {
        double worst = 0;
        for (int j = 0; j < true_atoms; ++j)
            worst = sums[j] > worst || sums[j] != sums[j] ? sums[j] : worst;
        return root(worst / task.points);
    };
    double const* const responses = m.sum + k * true_atoms;
    return {root(m.square.total() / task.points),
            root(over),
            root(exact),
            root(missed),
            worst_of(responses),
            worst_of(responses + true_atoms)};
}

/// Measures one fit on the common points.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, RiskTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    RiskMemory<Real, Lanes> m(lanes, scratch, task.model, task.truth.k);
    int const sums = m.sums(task.model.k, task.truth.k);
    m.forward.load(lanes, task.theta);
    m.square.clear(lanes);
    m.forward.begin(task.x, task.points);
    for (int p = lanes.rank(); p < sums; p += lanes.size())
        m.sum[p] = 0;
    for (int i = lanes.rank(); i < sums * chunk; i += lanes.size())
        m.part[i] = Real(0);
    assign_cells(lanes, task, m);
    lanes.sync();
    int open = 0;
    for (int first = 0; first < task.points; first += chunk) {
        int const count = task.points - first < chunk ? task.points - first : chunk;
        m.forward.chunk_at(lanes, task.x, task.points, first, count);
        m.square.add_square(lanes, m.forward.planes.f, task.f_true + first, count);
        add_pairs(lanes, task, m, first, count);
        add_responses(lanes, task, m, first, count);
        if (++open == chunks_a_fold || first + chunk >= task.points) {
            fold_sums(lanes, sums, m);
            open = 0;
        }
        lanes.sync();
    }
    if (lanes.rank() == 0)
        *task.record = summarize(task, m);
    lanes.sync();
}

MOE_END_ISA
