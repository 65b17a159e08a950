#pragma once

/// @file
/// One fit by minibatch stochastic gradient descent, the algorithm of all backends.

#include "kernels/family/optimizers.h"
#include "kernels/fit/sgd_api.h"
#include "kernels/model/forward.h"
#include "kernels/rng/order.h"

MOE_BEGIN_ISA

/// Exchanges two pointers.
template <class T>
MOE_HD void exchange(T*& a, T*& b)
{
    T* const was = a;
    a = b;
    b = was;
}

/// The working memory of a fit.
template <class Real, class Lanes>
struct SgdMemory
{
    Forward<Real, Lanes> forward;
    Maps<Real> by_maps;  ///< gradient by the maps
    Real* theta;         ///< [p], none where the maps themselves step
    Real* gradient;      ///< [p], likewise
    Real* residual;      ///< [chunk]
    std::uint32_t* rows; ///< [2][chunk] samples of this chunk and the next one
    Real* y;             ///< [2][chunk] of the same samples
    EpochOrder* order;   ///< [1] of this epoch: in scratch, as registers are for the products
    int* finite;         ///< [1]

    MOE_HD MOE_FLAT SgdMemory(Lanes lanes, Scratch& scratch, Model const& model)
        : forward(lanes, scratch, model), by_maps(forward.tile, scratch, forward.shape),
          theta(forward.shape.copied ? nullptr : scratch.take<Real>(model.layout.size)),
          gradient(forward.shape.copied ? nullptr : scratch.take<Real>(model.layout.size)),
          residual(scratch.take<Real>(chunk)), rows(scratch.take<std::uint32_t>(2 * chunk)),
          y(scratch.take<Real>(2 * chunk)), order(scratch.take<EpochOrder>(1)),
          finite(scratch.take<int>(1))
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

/// Samples of a chunk's positions, into rows; starts to bring their x and y.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void request(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                             int epoch, Chunk const& at, std::uint32_t* rows, Real* y)
{
    if (task.settings.sampling == Sampling::permutation) {
        fill_order(lanes, *m.order, static_cast<std::uint32_t>(at.first), at.count, rows);
    } else {
        for (int b = lanes.rank(); b < at.count; b += lanes.size())
            rows[b] = replacement_row(task.key, static_cast<std::uint32_t>(epoch),
                                      static_cast<std::uint32_t>(at.first + b),
                                      static_cast<std::uint32_t>(task.n));
    }
    for (int b = lanes.rank(); b < at.count; b += lanes.size())
        lanes.copy_async(y + b, task.y + rows[b]);
    lanes.sync();
    m.forward.tile.prefetch(task.x, rows, at.count);
}

/// Adds the gradient of (factor / size) sum (y - f)^2 over one fetched chunk of a minibatch;
/// scale = 2 factor / size.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_chunk(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                               Real const* y, Chunk const& at, Real scale)
{
    auto& forward = m.forward;
    forward.predict_chunk(lanes);
    for (int b = lanes.rank(); b < chunk; b += lanes.size())
        m.residual[b] = b < at.count ? scale * (forward.planes.f[b] - y[b]) : Real(0);
    coefficients(lanes, task.model, forward.shape, forward.maps, m.residual, forward.planes);
    lanes.sync();
    add_gradient(lanes, forward.tile, forward.shape, forward.planes, at.opens, m.by_maps);
}

/// The step where the maps are theta in another order: theta itself is not needed before the end.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void step_maps(Lanes lanes, Real rate, SgdMemory<Real, Lanes> const& m)
{
    auto const step_all = [&](Real* to, Real const* gradient, int size) {
        MOE_SIMD
        for (int i = lanes.rank(); i < size; i += lanes.size())
            to[i] = SgdOptimizer::step(to[i], gradient[i], rate);
    };
    Maps<Real> const& maps = m.forward.maps;
    step_all(maps.w, m.by_maps.w, maps.size);
    step_all(maps.c, m.by_maps.c, m.forward.shape.gate_rows + m.forward.shape.k);
    lanes.sync();
}

/// theta <- step(theta, gradient), then the maps of the new theta. A learned temperature steps in
/// log T, T <- T exp(-rate T dL/dT), and so stays positive whatever the gradient.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void step(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m)
{
    Model const& model = task.model;
    auto& forward = m.forward;
    if (forward.shape.copied) {
        step_maps(lanes, static_cast<Real>(task.settings.learning_rate), m);
        return;
    }
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

/// One epoch: minibatches in the epoch's order, each averaged over its own size.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void epoch(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                           int index)
{
    SgdSettings const& settings = task.settings;
    lanes.sync();
    if (lanes.rank() == 0)
        *m.order = make_order(task.key, static_cast<std::uint32_t>(index),
                              static_cast<std::uint32_t>(task.n));
    lanes.sync();
    std::uint32_t* rows = m.rows;
    std::uint32_t* next_rows = m.rows + chunk;
    Real* y = m.y;
    Real* next_y = m.y + chunk;
    int const n = task.n;
    int const batch = settings.batch;
    Chunk at = chunk_from(0, n, batch);
    request(lanes, task, m, index, at, rows, y);
    while (at.first < n) {
        m.forward.tile.fetch(task.x, rows, at.count);
        Chunk const next = chunk_from(at.first + at.count, n, batch);
        if (next.first < n) // one chunk ahead, so that its rows arrive during this one
            request(lanes, task, m, index, next, next_rows, next_y);
        Real const scale = static_cast<Real>(2 * settings.loss_factor / at.size);
        add_chunk(lanes, task, m, y, at, scale);
        if (at.closes)
            step(lanes, task, m);
        exchange(rows, next_rows);
        exchange(y, next_y);
        at = next;
    }
}

/// Whether all entries of `values` are finite; the same answer in every lane.
template <class Real, class Lanes>
MOE_HD MOE_FLAT bool all_finite(Lanes lanes, Real const* values, int size, int* flag)
{
    if (lanes.rank() == 0)
        *flag = 1;
    lanes.sync();
    Real sum = 0;
    for (int i = lanes.rank(); i < size; i += lanes.size())
        sum += values[i] * Real(0); // 0 for finite entries, NaN for others
    if (sum != Real(0))
        *flag = 0; // by any lane
    lanes.sync();
    bool const finite = *flag != 0;
    lanes.sync();
    return finite;
}

/// Fits task.theta in place: `epochs` passes over the data, stopped at the first epoch that leaves
/// a parameter infinite or not a number.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, SgdTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    SgdMemory<Real, Lanes> m(lanes, scratch, task.model);
    Shape const& shape = m.forward.shape;
    Maps<Real> const& maps = m.forward.maps;
    int const p = task.model.layout.size;
    for (int i = lanes.rank(); !shape.copied && i < p; i += lanes.size())
        m.theta[i] = task.theta[i];
    lanes.sync();
    m.forward.load(lanes, shape.copied ? task.theta : m.theta);
    m.by_maps.clear(lanes, shape);
    int done = 0;
    bool finite = true;
    while (finite && done < task.settings.epochs) {
        epoch(lanes, task, m, done++);
        finite = shape.copied ? all_finite(lanes, maps.w, maps.size, m.finite) &&
                                    all_finite(lanes, maps.c, shape.gate_rows + shape.k, m.finite)
                              : all_finite(lanes, m.theta, p, m.finite);
    }
    if (shape.copied) // chain copies maps in theta's order
        chain_maps(lanes, task.model, shape, task.theta, maps, maps, task.theta);
    for (int i = lanes.rank(); !shape.copied && i < p; i += lanes.size())
        task.theta[i] = m.theta[i];
    if (lanes.rank() == 0) {
        task.outcome->finite = finite ? 1 : 0;
        task.outcome->epochs = done;
    }
    lanes.sync();
}

MOE_END_ISA
