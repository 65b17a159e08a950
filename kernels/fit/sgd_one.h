#pragma once

/// @file
/// One fit by minibatch stochastic gradient descent, the algorithm of all backends.

#include "kernels/family/optimizers.h"
#include "kernels/fit/sgd_api.h"
#include "kernels/model/forward.h"
#include "kernels/rng/order.h"

MOE_BEGIN_ISA

/// The working memory of a fit.
template <class Real, class Lanes>
struct SgdMemory
{
    Forward<Real, Lanes> forward;
    Maps<Real> by_maps;  ///< gradient by the maps
    Real* theta;         ///< [p]
    Real* gradient;      ///< [p]
    Real* residual;      ///< [chunk]
    std::uint32_t* rows; ///< [2][chunk] samples of this chunk and the next one
    int* finite;         ///< [1]

    MOE_HD SgdMemory(Lanes lanes, Scratch& scratch, Model const& model)
        : forward(lanes, scratch, model), by_maps(forward.tile, scratch, forward.shape),
          theta(scratch.take<Real>(model.layout.size)),
          gradient(scratch.take<Real>(model.layout.size)), residual(scratch.take<Real>(chunk)),
          rows(scratch.take<std::uint32_t>(2 * chunk)), finite(scratch.take<int>(1))
    {}
};

/// Bytes of working memory of a fit.
template <class Lanes, class Real>
MOE_HD std::size_t scratch_bytes(SgdTask<Real> const& task)
{
    Scratch measure(nullptr);
    SgdMemory<Real, Lanes> const memory(Lanes{}, measure, task.model);
    return measure.used();
}

/// Samples of positions first .. first + count - 1 of an epoch.
template <class Lanes>
MOE_HD void pick_rows(Lanes lanes, SgdSettings const& settings, StreamKey const& key,
                      EpochOrder const& order, int epoch, int first, int count, std::uint32_t* rows)
{
    if (settings.sampling == Sampling::permutation) {
        fill_order(lanes, order, static_cast<std::uint32_t>(first), count, rows);
    } else {
        for (int b = lanes.rank(); b < count; b += lanes.size())
            rows[b] = replacement_row(key, static_cast<std::uint32_t>(epoch),
                                      static_cast<std::uint32_t>(first + b), order.n);
    }
    lanes.sync();
}

/// Adds the gradient of (factor / size) sum (y - f)^2 over one chunk of a minibatch of `size`;
/// scale = 2 factor / size.
template <class Real, class Lanes>
MOE_HD void add_chunk(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                      std::uint32_t const* rows, int count, bool first, Real scale)
{
    auto& forward = m.forward;
    forward.tile.fetch(task.x, rows, count);
    forward.predict_chunk(lanes);
    for (int b = lanes.rank(); b < chunk; b += lanes.size())
        m.residual[b] = b < count ? scale * (forward.planes.f[b] - task.y[rows[b]]) : Real(0);
    coefficients(lanes, task.model, forward.shape, forward.maps, m.residual, forward.planes);
    lanes.sync();
    add_gradient(lanes, forward.tile, forward.shape, forward.planes, first, m.by_maps);
}

/// theta <- step(theta, gradient), then the maps of the new theta. A learned temperature steps in
/// log T, T <- T exp(-rate T dL/dT), and so stays positive whatever the gradient.
template <class Real, class Lanes>
MOE_HD void step(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m)
{
    Model const& model = task.model;
    auto& forward = m.forward;
    chain_maps(lanes, model, forward.shape, m.theta, forward.maps, m.by_maps, m.gradient);
    Real const rate = static_cast<Real>(task.settings.learning_rate);
    int const log_stepped = temperature_place(model.layout);
    Real const before = log_stepped < 0 ? Real(1) : m.theta[log_stepped];
    lanes.sync();
    MOE_SIMD
    for (int i = lanes.rank(); i < model.layout.size; i += lanes.size())
        m.theta[i] = SgdOptimizer::step(m.theta[i], m.gradient[i], rate);
    lanes.sync();
    if (log_stepped >= 0) {
        if (lanes.rank() == 0)
            m.theta[log_stepped] =
                before *
                math::exp(SgdOptimizer::step(Real(0), before * m.gradient[log_stepped], rate));
        lanes.sync();
    }
    pack_maps(lanes, model, forward.shape, m.theta, forward.maps);
}

/// A chunk of an epoch: `count` positions from `first`, in a minibatch of `size` samples.
struct Chunk
{
    int first;
    int count;
    int size;
    bool opens;  ///< first chunk of its minibatch
    bool closes; ///< last chunk of its minibatch
};

/// The chunk that starts at a position; the last minibatch of an epoch is short.
MOE_HD inline Chunk chunk_from(int first, int n, int batch)
{
    int const inside = first % batch;
    int const size = n - (first - inside) < batch ? n - (first - inside) : batch;
    int const count = size - inside < chunk ? size - inside : chunk;
    return {first, count, size, inside == 0, inside + count == size};
}

/// One epoch: minibatches in the epoch's order, each averaged over its own size.
template <class Real, class Lanes>
MOE_HD void epoch(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m, int index)
{
    SgdSettings const& settings = task.settings;
    EpochOrder const order =
        make_order(task.key, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(task.n));
    auto const pick = [&](Chunk const& c, std::uint32_t* rows) {
        pick_rows(lanes, settings, task.key, order, index, c.first, c.count, rows);
    };
    std::uint32_t* rows = m.rows;
    std::uint32_t* next_rows = m.rows + chunk;
    Chunk at = chunk_from(0, task.n, settings.batch);
    pick(at, rows);
    while (at.first < task.n) {
        Chunk const next = chunk_from(at.first + at.count, task.n, settings.batch);
        if (next.first < task.n) { // one chunk ahead, so that its rows arrive during this one
            pick(next, next_rows);
            m.forward.tile.prefetch(task.x, next_rows, next.count);
        }
        Real const scale = static_cast<Real>(2 * settings.loss_factor / at.size);
        add_chunk(lanes, task, m, rows, at.count, at.opens, scale);
        if (at.closes)
            step(lanes, task, m);
        std::uint32_t* const used = rows;
        rows = next_rows;
        next_rows = used;
        at = next;
    }
}

/// Whether all p entries of theta are finite; the same answer in every lane.
template <class Real, class Lanes>
MOE_HD bool all_finite(Lanes lanes, Real const* theta, int p, int* flag)
{
    lanes.sync();
    if (lanes.rank() == 0) {
        Real sum = 0;
        for (int i = 0; i < p; ++i)
            sum += theta[i] * Real(0); // 0 for finite entries, NaN for others
        *flag = sum == Real(0) ? 1 : 0;
    }
    lanes.sync();
    return *flag != 0;
}

/// Fits task.theta in place: `epochs` passes over the data, stopped at the first epoch that leaves
/// a parameter infinite or not a number.
template <class Real, class Lanes>
MOE_HD void run_one(Lanes lanes, SgdTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    SgdMemory<Real, Lanes> m(lanes, scratch, task.model);
    int const p = task.model.layout.size;
    for (int i = lanes.rank(); i < p; i += lanes.size())
        m.theta[i] = task.theta[i];
    lanes.sync();
    m.forward.load(lanes, m.theta);
    int done = 0;
    bool finite = true;
    while (finite && done < task.settings.epochs) {
        epoch(lanes, task, m, done++);
        finite = all_finite(lanes, m.theta, p, m.finite);
    }
    for (int i = lanes.rank(); i < p; i += lanes.size())
        task.theta[i] = m.theta[i];
    if (lanes.rank() == 0) {
        task.outcome->finite = finite ? 1 : 0;
        task.outcome->epochs = done;
    }
    lanes.sync();
}

MOE_END_ISA
