#pragma once

/// @file
/// Evaluates one model on one data set, the algorithm of all backends.

#include "kernels/evaluate/evaluate_api.h"
#include "kernels/model/forward.h"

MOE_BEGIN_ISA

/// Working memory of an evaluation.
template <class Real, class Lanes>
struct EvaluateMemory
{
    Forward<Real, Lanes> forward;
    Maps<Real> by_maps;
    SampleSum square;

    MOE_HD MOE_FLAT EvaluateMemory(Lanes lanes, Scratch& scratch, EvaluateTask<Real> const& task)
        : forward(lanes, scratch, task.model, task.gradient != nullptr), by_maps(forward.tile, scratch, forward.shape),
          square(scratch)
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

/// f, weights, mse = (1/n) sum (y - f)^2 and its gradient by theta (golden N1).
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, EvaluateTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    EvaluateMemory<Real, Lanes> m(lanes, scratch, task);
    Model const& model = task.model;
    Planes<Real> const& planes = m.forward.planes;
    m.forward.load(lanes, task.theta);
    m.by_maps.clear(lanes, m.forward.shape);
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
