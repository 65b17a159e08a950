#pragma once

/// @file
/// Linearises one model on one data set, the algorithm of all backends.

#include "kernels/lse/coordinates.h"
#include "kernels/lse/dense_maps.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/model/forward.h"

MOE_BEGIN_ISA

/// Working memory of a linearisation.
template <class Real, class Lanes>
struct LinearizeMemory
{
    Forward<Real, Lanes> forward;
    Maps<Real> by_maps; ///< of one chunk
    DenseMaps dense;    ///< of all chunks
    SampleSum square;
    double* by_theta; ///< [layout.size] at the end
    Real* theta;      ///< [layout.size] at the beginning, in the same place

    MOE_HD MOE_FLAT LinearizeMemory(Lanes lanes, Scratch& scratch, Model const& model)
        : forward(lanes, scratch, model, true), by_maps(forward.tile, scratch, forward.shape),
          dense(scratch, model), square(scratch), by_theta(scratch.take<double>(model.layout.size)),
          theta(reinterpret_cast<Real*>(by_theta))
    {}
};

/// Bytes of working memory of run_one.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, LinearizeTask<Real> const& task)
{
    Scratch measure(nullptr);
    LinearizeMemory<Real, Lanes> const memory(lanes, measure, task.model);
    return measure.used();
}

/// Calls f(plane) for the plane of each row of coefficients, in their order.
template <class Real, class F>
MOE_HD MOE_FLAT void for_coefficients(Shape const& shape, Planes<Real> const& p, F const& f)
{
    for (int j = 0; j < shape.gate_rows; ++j)
        f(p.plane + j * chunk);
    for (int j = 0; j < shape.k; ++j)
        f(p.expert + j * chunk);
    for (int j = 0; shape.outer && j < 2 * shape.k; ++j)
        f(p.outer + j * chunk);
    for (int j = 0; shape.factor && j < shape.k; ++j)
        f(p.unscaled + j * chunk);
}

/// Adds a chunk's derivatives by the maps to those of all chunks: sums of a chunk are taken in
/// Real, the sums of these in float64.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_dense(Lanes lanes, Shape const& shape, Maps<Real> const& from,
                               Maps<double> const& to)
{
    auto const add = [&](Real const* part, double* all, int size) {
        MOE_SIMD
        for (int i = lanes.rank(); i < size; i += lanes.size())
            all[i] += static_cast<double>(part[i]);
    };
    for (int j = 0; j < shape.gate_rows; ++j)
        add(from.w + j * from.gate_stride, to.w + j * to.gate_stride, shape.features.gate.size);
    for (int j = 0; j < shape.k; ++j)
        add(from.expert + j * from.expert_stride, to.expert + j * to.expert_stride,
            shape.features.expert.size);
    add(from.c, to.c, shape.gate_rows + shape.k);
    if (shape.outer)
        add(from.outer, to.outer, 2 * shape.k);
    if (shape.factor)
        add(from.factor, to.factor, shape.k);
    lanes.sync();
}

/// Coefficients of a chunk out of the planes, or into them, with zeros behind its end.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void move_coefficients(Lanes lanes, LinearizeTask<Real> const& task,
                                       LinearizeMemory<Real, Lanes>& m, int first, int count)
{
    Real* at = task.coefficients + first;
    bool const known = task.known_f != nullptr;
    for_coefficients(m.forward.shape, m.forward.planes, [&](Real* plane) {
        if (known) {
            for (int b = lanes.rank(); b < chunk; b += lanes.size())
                plane[b] = b < count ? at[b] : Real(0);
        } else {
            MOE_SIMD
            for (int b = lanes.rank(); b < count; b += lanes.size())
                at[b] = plane[b];
        }
        at += static_cast<std::size_t>(task.n);
    });
}

/// The rows of a chunk, without a prediction; asks for a later one, as Forward::chunk_at does.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void fetch_chunk(LinearizeTask<Real> const& task, LinearizeMemory<Real, Lanes>& m,
                                 int first, int count)
{
    std::size_t const d = task.model.d;
    int const next = first + Tile<Real, Lanes>::ahead * chunk;
    m.forward.tile.fetch(task.x + static_cast<std::size_t>(first) * d, nullptr, count);
    if (next < task.n)
        m.forward.tile.prefetch(task.x + static_cast<std::size_t>(next) * d, nullptr,
                                task.n - next < chunk ? task.n - next : chunk);
}

/// Coefficients df/d(map) of a chunk that has been predicted, and its part of the gradient.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void linearize_chunk(Lanes lanes, LinearizeTask<Real> const& task,
                                     LinearizeMemory<Real, Lanes>& m, int first, int count)
{
    auto const& forward = m.forward;
    Planes<Real> const& planes = forward.planes;
    Real const* f = task.known_f == nullptr ? planes.f : task.known_f + first;
    for (int b = lanes.rank(); b < chunk; b += lanes.size())
        planes.residual[b] = b < count ? Real(1) : Real(0);
    if (task.known_f == nullptr)
        coefficients<ChunkRows>(lanes, task.model, forward.shape, forward.maps, planes);
    if (task.coefficients != nullptr)
        move_coefficients(lanes, task, m, first, count);
    if (task.gradient == nullptr)
        return;
    for (int b = lanes.rank(); b < count; b += lanes.size())
        planes.residual[b] = f[b] - task.y[first + b];
    for_coefficients(forward.shape, planes, [&](Real* plane) {
        MOE_SIMD
        for (int b = lanes.rank(); b < chunk; b += lanes.size())
            plane[b] *= planes.residual[b];
    });
    lanes.sync();
    add_gradient(lanes, forward.tile, forward.shape, planes, true, m.by_maps);
    lanes.sync();
    add_dense(lanes, forward.shape, m.by_maps, m.dense.by_maps);
}

/// Coefficients, J^T r and (1/n) sum r^2, r = f(x) - y.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, LinearizeTask<Real> const& task, void* scratch_memory)
{
    MOE_EXPECT(task.n >= 1);
    MOE_EXPECT(task.known_f == nullptr || (task.mse == nullptr && task.f == nullptr));
    Scratch scratch(scratch_memory);
    LinearizeMemory<Real, Lanes> m(lanes, scratch, task.model);
    Model const& model = task.model;
    for (int i = lanes.rank(); i < model.layout.size; i += lanes.size())
        m.theta[i] = static_cast<Real>(task.theta[i]);
    lanes.sync();
    m.forward.load(lanes, m.theta);
    m.by_maps.clear(lanes, m.forward.shape);
    m.dense.load(lanes, task.theta);
    m.square.clear(lanes);
    m.forward.begin(task.x, task.n);
    for (int first = 0; first < task.n; first += chunk) {
        int const count = task.n - first < chunk ? task.n - first : chunk;
        if (task.known_f == nullptr) {
            m.forward.chunk_at(lanes, task.x, task.n, first, count);
            m.square.add_square(lanes, m.forward.planes.f, task.y + first, count);
        } else {
            fetch_chunk(task, m, first, count);
        }
        for (int b = lanes.rank(); task.f != nullptr && b < count; b += lanes.size())
            task.f[first + b] = m.forward.planes.f[b];
        if (task.coefficients != nullptr || task.gradient != nullptr)
            linearize_chunk(lanes, task, m, first, count);
        lanes.sync();
    }
    if (task.gradient != nullptr) {
        m.dense.chain(lanes, task.theta, m.by_theta);
        int const p = coordinate_count(model);
        for (int z = lanes.rank(); z < p; z += lanes.size())
            task.gradient[z] = by_coordinate(coordinate_place(model, z), m.by_theta);
    }
    if (task.mse != nullptr && lanes.rank() == 0)
        *task.mse = m.square.total() / task.n;
    lanes.sync();
}

MOE_END_ISA
