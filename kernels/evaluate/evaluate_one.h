#pragma once

/// @file
/// Evaluates one model on one data set, the algorithm of all backends.

#include "kernels/evaluate/evaluate_api.h"
#include "kernels/model/forward.h"

#include <utility>

MOE_BEGIN_ISA

/// Working memory of an evaluation.
template <class Real, class Lanes>
struct EvaluateMemory
{
    Forward<Real, Lanes> forward;
    Maps<Real> by_maps; ///< of the gradient, or those of the second point
    SampleSum square, square_also;

    MOE_HD MOE_FLAT EvaluateMemory(Lanes lanes, Scratch& scratch, EvaluateTask<Real> const& task)
        : forward(lanes, scratch, task.model, task.gradient != nullptr),
          by_maps(forward.tile, scratch, forward.shape), square(scratch), square_also(scratch)
    {}
};

/// Bytes of working memory of run_one.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, EvaluateTask<Real> const& task)
{
    Scratch measure(nullptr);
    EvaluateMemory<Real, Lanes> const memory(lanes, measure, task);
    return measure.used();
}

/// Adds the squared errors of samples first .. end - 1 by the maps of `forward`.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_errors(Lanes lanes, EvaluateTask<Real> const& task,
                                Forward<Real, Lanes>& forward, SampleSum const& square, int first,
                                int end)
{
    forward.begin(task.x, task.n, first);
    for (; first < end; first += chunk) {
        int const count = end - first < chunk ? end - first : chunk;
        forward.chunk_at(lanes, task.x, task.n, first, count);
        square.add_square(lanes, forward.planes.f, task.y + first, count);
        lanes.sync();
    }
}

/// The mean square errors of both points. A thread goes over some chunks by one point's maps and
/// then by the other's, as long as their x is in its first caches; a warp, which has others beside
/// it, over all samples twice.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_two(Lanes lanes, EvaluateTask<Real> const& task,
                             EvaluateMemory<Real, Lanes>& m)
{
    constexpr int band = 8 * chunk;
    SampleSum const sums[] = {m.square, m.square_also};
    auto const change = [&] {
        if constexpr (Lanes::serial)
            std::swap(m.forward.maps, m.by_maps);
    };
    for (int which = 0; which < 2; ++which) {
        m.forward.load(lanes, which == 0 ? task.theta : task.theta_also);
        sums[which].clear(lanes);
        if constexpr (!Lanes::serial)
            add_errors(lanes, task, m.forward, sums[which], 0, task.n);
        change();
    }
    for (int first = 0; Lanes::serial && first < task.n; first += band)
        for (int which = 0; which < 2; ++which) {
            int const end = task.n - first < band ? task.n : first + band;
            add_errors(lanes, task, m.forward, sums[which], first, end);
            change();
        }
    if (lanes.rank() == 0) {
        *task.mse = sums[0].total() / task.n;
        *task.mse_also = sums[1].total() / task.n;
    }
    lanes.sync();
}

/// f, weights, mse = (1/n) sum (y - f)^2 and its gradient by theta (golden N1).
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, EvaluateTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    EvaluateMemory<Real, Lanes> m(lanes, scratch, task);
    m.by_maps.clear(lanes, m.forward.shape);
    if (task.mse_also != nullptr)
        return run_two(lanes, task, m);
    Model const& model = task.model;
    Planes<Real> const& planes = m.forward.planes;
    m.forward.load(lanes, task.theta);
    m.square.clear(lanes);
    m.forward.begin(task.x, task.n);
    for (int first = 0; first < task.n; first += chunk) {
        int const count = task.n - first < chunk ? task.n - first : chunk;
        m.forward.chunk_at(lanes, task.x, task.n, first, count);
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            if (task.f != nullptr)
                task.f[first + b] = planes.f[b];
            auto const put_atoms = [&](Real* to, Real const* from) {
                for (int j = 0; to != nullptr && j < model.k; ++j)
                    to[static_cast<std::size_t>(j) * task.n + first + b] = from[j * chunk + b];
            };
            put_atoms(task.weights, planes.plane);
            put_atoms(task.experts, planes.expert);
        }
        if (task.mse != nullptr)
            m.square.add_square(lanes, planes.f, task.y + first, count);
        if (task.gradient != nullptr) {
            Real const scale = Real(2) / static_cast<Real>(task.n);
            for (int b = lanes.rank(); b < chunk; b += lanes.size())
                planes.residual[b] =
                    b < count ? scale * (planes.f[b] - task.y[first + b]) : Real(0);
            coefficients<ChunkRows>(lanes, model, m.forward.shape, m.forward.maps, planes);
            lanes.sync();
            add_gradient(lanes, m.forward.tile, m.forward.shape, planes, first == 0, m.by_maps);
        }
        lanes.sync();
    }
    if (task.gradient != nullptr)
        chain_maps(lanes, model, m.forward.shape, task.theta, m.forward.maps, m.by_maps,
                   task.gradient);
    if (task.mse != nullptr && lanes.rank() == 0)
        *task.mse = m.square.total() / task.n;
    lanes.sync();
}

MOE_END_ISA
