#pragma once

/// @file
/// Evaluates one model on one data set, the algorithm of all backends.

#include "kernels/model/evaluate_api.h"
#include "kernels/model/forward.h"

MOE_BEGIN_ISA

/// Working memory of an evaluation.
template <class Real, class Lanes>
struct EvaluateMemory
{
    Forward<Real, Lanes> forward;
    Maps<Real> by_maps;
    Real* residual; ///< [chunk]
    SampleSum square;

    MOE_HD EvaluateMemory(Lanes lanes, Scratch& scratch, Model const& model)
        : forward(lanes, scratch, model), by_maps(forward.tile, scratch, model),
          residual(scratch.take<Real>(chunk)), square(scratch)
    {
    }
};

/// Bytes of working memory of evaluate_one.
template <class Lanes, class Real>
MOE_HD std::size_t scratch_bytes(EvaluateTask<Real> const& task)
{
    Scratch measure(nullptr);
    EvaluateMemory<Real, Lanes> const memory(Lanes{}, measure, task.model);
    return measure.used();
}

/// f, weights, mse = (1/n) sum (y - f)^2 and its gradient by theta (golden N1).
template <class Score, class Normalizer, class Real, class Lanes>
MOE_HD void evaluate_one(Lanes lanes, EvaluateTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    EvaluateMemory<Real, Lanes> m(lanes, scratch, task.model);
    Model const& model = task.model;
    Planes<Real> const& planes = m.forward.planes;
    m.forward.template load<Score>(lanes, model, task.theta);
    m.square.clear(lanes);
    for (int first = 0; first < task.n; first += chunk) {
        int const count = task.n - first < chunk ? task.n - first : chunk;
        m.forward.template chunk_at<Normalizer>(lanes, model, task.x, task.n, first, count);
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            if (task.f != nullptr)
                task.f[first + b] = planes.f[b];
            for (int j = 0; task.weights != nullptr && j < model.k; ++j)
                task.weights[static_cast<std::size_t>(j) * task.n + first + b] = planes.plane[j * chunk + b];
        }
        if (task.mse != nullptr)
            m.square.add_square(lanes, planes.f, task.y + first, count);
        if (task.gradient != nullptr) {
            Real const scale = Real(2) / static_cast<Real>(task.n);
            for (int b = lanes.rank(); b < chunk; b += lanes.size())
                m.residual[b] = b < count ? scale * (planes.f[b] - task.y[first + b]) : Real(0);
            coefficients<Normalizer>(lanes, model.k, m.residual, planes);
            lanes.sync();
            m.forward.tile.accumulate(planes.plane, 2 * model.k, first == 0, m.by_maps.w, m.by_maps.c);
        }
        lanes.sync();
    }
    if (task.gradient != nullptr)
        chain_maps<Score>(lanes, model, task.theta, m.forward.maps, m.by_maps, task.gradient);
    if (task.mse != nullptr && lanes.rank() == 0)
        *task.mse = m.square.total() / task.n;
    lanes.sync();
}

/// evaluate_one with the members that the task's model names.
template <class Real, class Lanes>
MOE_HD void run_one(Lanes lanes, EvaluateTask<Real> const& task, void* scratch)
{
    visit_gate(task.model.gate, [&](auto score, auto normalizer) {
        evaluate_one<decltype(score), decltype(normalizer)>(lanes, task, scratch);
    });
}

MOE_END_ISA
