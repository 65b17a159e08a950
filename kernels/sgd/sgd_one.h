#pragma once

/// @file
/// One fit by minibatch stochastic gradient descent, the algorithm of all backends.

#include "kernels/sgd/chunk.h"
#include "kernels/sgd/memory.h"
#include "kernels/sgd/sgd_api.h"

MOE_BEGIN_ISA

/// Bytes of working memory of a fit.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, SgdTask<Real> const& task)
{
    Scratch measure(nullptr);
    SgdMemory<Real, Lanes> const memory(lanes, measure, task.model, task.settings.batch);
    return measure.used();
}

/// Finds the samples of a chunk's positions and starts to bring their x and y. A CPU thread takes
/// all samples as they stand, other lanes take them in the epoch's order.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void request(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                             int epoch, Chunk const& at)
{
    if constexpr (Lanes::serial) {
        if (takes_all(task.settings, task.n)) {
            std::size_t const first = static_cast<std::size_t>(at.first);
            m.forward.tile.prefetch_beside(task.x + first * task.model.d, task.y + first, nullptr,
                                           at.count);
            return;
        }
    }
    Incoming<Real>& then = m.incoming[1 - m.now];
    std::uint32_t* const row = then.row;
    if (task.settings.sampling == Sampling::permutation) {
        m.known.find(lanes, *m.order, at.first, at.count, row);
    } else {
        for (int b = lanes.rank(); b < at.count; b += lanes.size())
            row[b] = replacement_row(task.key, static_cast<std::uint32_t>(epoch),
                                     static_cast<std::uint32_t>(at.first + b),
                                     static_cast<std::uint32_t>(task.n));
    }
    if constexpr (Lanes::serial) { // y comes with x
        m.forward.tile.prefetch_beside(task.x, task.y, row, at.count);
    } else {
        for (int b = lanes.rank(); b < at.count; b += lanes.size())
            lanes.copy_async(then.y + b, task.y + row[b]);
        lanes.sync();
        m.forward.tile.prefetch(task.x, row, at.count);
    }
}

/// Takes the requested chunk.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void receive(SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m, Chunk const& at)
{
    m.now = 1 - m.now;
    Incoming<Real>& now = m.incoming[m.now];
    if constexpr (Lanes::serial) {
        if (takes_all(task.settings, task.n)) {
            for (int b = 0; b < at.count; ++b)
                now.y[b] = task.y[at.first + b];
            m.forward.tile.fetch_here(task.x + static_cast<std::size_t>(at.first) * task.model.d,
                                      at.count);
            return;
        }
        for (int b = 0; b < at.count; ++b)
            now.y[b] = task.y[now.row[b]];
    }
    m.forward.tile.fetch(task.x, now.row, at.count);
}

/// Adds the gradient of (factor / size) sum (y - f)^2 over the chunk of a minibatch that has been
/// received; scale = 2 factor / size. A chunk that is a minibatch by itself takes its step at once
/// where the maps are theta in another order.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_chunk(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                               Chunk const& at, Real scale)
{
    auto& forward = m.forward;
    forward.predict_chunk(lanes, [&](auto mine, auto rows, Planes<Real> const& p, int first) {
        if constexpr (Lanes::serial)
            forward.tile.ask_some();
        for (int b = mine.rank(); b < rows.samples; b += mine.size())
            p.residual[b] =
                first + b < at.count ? scale * (p.f[b] - m.incoming[m.now].y[first + b]) : Real(0);
        coefficients<decltype(rows)>(mine, task.model, forward.shape, forward.maps, p);
    });
    lanes.sync();
    if constexpr (Lanes::copied_maps) { // one range of features, and neither factor nor outer rows
        Maps<Real> const& to = at.whole() ? forward.maps : m.by_maps;
        GradientUse<Real> const use{at.opens(), at.whole(), m.common->rate};
        forward.tile.use_gradient(forward.shape.features.gate, forward.planes.plane,
                                  forward.shape.gate_rows + forward.shape.k, use, to.w, to.c);
        if (!at.whole())
            lanes.sync();
    } else {
        add_gradient(lanes, forward.tile, forward.shape, forward.planes, at.opens(), m.by_maps);
    }
}

/// dL/df of a sample's squared residual, halved: 2 factor / size of its minibatch.
template <class Real>
MOE_HD Real scale_of(SgdSettings const& settings, int size)
{
    return static_cast<Real>(2 * settings.loss_factor / size);
}

/// The step where the maps are theta in another order: theta itself is not needed before the end.
/// Other lanes see it after the sync that the next fetch, or all_finite, begins with.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void step_maps(Lanes lanes, Real rate, SgdMemory<Real, Lanes> const& m)
{
    Maps<Real> const& maps = m.forward.maps;
    if constexpr (Lanes::warp) { // rows are whole quads
        for (int i = 4 * lanes.rank(); i < maps.size; i += 4 * lanes.size()) {
            auto to = *reinterpret_cast<Quad<Real> const*>(maps.w + i);
            auto const gradient = *reinterpret_cast<Quad<Real> const*>(m.by_maps.w + i);
            for (int v = 0; v < 4; ++v)
                to.v[v] = stepped(to.v[v], gradient.v[v], rate);
            *reinterpret_cast<Quad<Real>*>(maps.w + i) = to;
        }
    } else {
        MOE_SIMD
        for (int i = lanes.rank(); i < maps.size; i += lanes.size())
            maps.w[i] = stepped(maps.w[i], m.by_maps.w[i], rate);
    }
    MOE_SIMD
    for (int i = lanes.rank(); i < m.forward.shape.gate_rows + m.forward.shape.k; i += lanes.size())
        maps.c[i] = stepped(maps.c[i], m.by_maps.c[i], rate);
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
    Real const rate = static_cast<Real>(task.settings.learning_rate);
    if constexpr (Lanes::serial) {
        if (m.summed.used()) {
            m.summed.step(forward.shape, forward.maps, m.by_maps,
                          [=](Real at, Real by) MOE_INLINED { return stepped(at, by, rate); });
            return;
        }
    }
    chain_maps(lanes, model, forward.shape, m.theta, forward.maps, m.by_maps, m.gradient);
    int const log_stepped = temperature_place(model.layout);
    Real const before = log_stepped < 0 ? Real(1) : m.theta[log_stepped];
    lanes.sync();
    MOE_SIMD
    for (int i = lanes.rank(); i < model.layout.size; i += lanes.size())
        m.theta[i] = stepped(m.theta[i], m.gradient[i], rate);
    lanes.sync();
    if (log_stepped >= 0) {
        if (lanes.rank() == 0)
            m.theta[log_stepped] =
                before * math::exp(stepped(Real(0), before * m.gradient[log_stepped], rate));
        lanes.sync();
    }
    pack_maps(lanes, model, forward.shape, m.theta, forward.maps);
}

/// The order of an epoch, and the factor of its whole minibatches.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void begin_epoch(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                                 int index)
{
    lanes.sync();
    if (lanes.rank() == 0) {
        *m.order = make_order(task.key, static_cast<std::uint32_t>(index),
                              static_cast<std::uint32_t>(task.n));
        m.common->scale = scale_of<Real>(task.settings, task.settings.batch); // takes long
        m.common->rate = static_cast<Real>(task.settings.learning_rate);
    }
    m.known.forget();
    lanes.sync();
}

/// One epoch: minibatches in the epoch's order, each averaged over its own size.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void epoch(Lanes lanes, SgdTask<Real> const& task, SgdMemory<Real, Lanes>& m,
                           int index)
{
    int const n = task.n;
    int const batch = task.settings.batch;
    begin_epoch(lanes, task, m, index);
    Chunk at = chunk_at(0, 0, n, batch);
    request(lanes, task, m, index, at);
    while (at.first < n) {
        receive(task, m, at);
        Chunk const next = next_chunk(at, n, batch);
        if (next.first < n) // one chunk ahead, so that its rows arrive during this one
            request(lanes, task, m, index, next);
        add_chunk(lanes, task, m, at,
                  at.size == batch ? m.common->scale : scale_of<Real>(task.settings, at.size));
        if (at.closes() && !(Lanes::copied_maps && at.whole()))
            step(lanes, task, m);
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
    MOE_SIMD_SUM(sum)
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
    MOE_EXPECT(task.n >= 1 && task.settings.batch >= 1);
    Scratch scratch(scratch_memory);
    SgdMemory<Real, Lanes> m(lanes, scratch, task.model, task.settings.batch);
    Shape const& shape = m.forward.shape;
    Maps<Real> const& maps = m.forward.maps;
    int const p = task.model.layout.size;
    for (int i = lanes.rank(); !shape.copied && i < p; i += lanes.size())
        m.theta[i] = task.theta[i];
    lanes.sync();
    m.forward.load(lanes, shape.copied ? task.theta : m.theta);
    m.forward.narrow();
    m.by_maps.clear(lanes, shape);
    if constexpr (Lanes::serial)
        if (m.summed.used())
            m.summed.load(task.model, m.theta, maps);
    int done = 0;
    bool finite = true;
    while (finite && done < task.settings.epochs) {
        if constexpr (Lanes::serial) {
            if (m.single.used())
                m.single.epoch(task, m, done);
            else
                epoch(lanes, task, m, done);
            if (m.summed.used())
                m.summed.store(task.model, shape, maps, m.theta);
        } else {
            epoch(lanes, task, m, done);
        }
        ++done;
        finite = shape.copied
                     ? all_finite(lanes, maps.w, maps.size, &m.common->finite) &&
                           all_finite(lanes, maps.c, shape.gate_rows + shape.k, &m.common->finite)
                     : all_finite(lanes, m.theta, p, &m.common->finite);
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
