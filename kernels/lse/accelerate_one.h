#pragma once

/// @file
/// Geodesic acceleration of a step, the algorithm of all backends.
///
/// With f(probe) = f + h J v + h^2 / 2 f_vv, h = probe_share: J^T r_vv = (2 / h^2) (J^T (f(probe) -
/// f)
/// - h H v). Coordinates on a bound, at either end of v, do not take part.

#include "kernels/lse/accelerate_api.h"
#include "kernels/lse/centre.h"
#include "kernels/lse/free_set.h"

MOE_BEGIN_ISA

/// Bytes of working memory of run_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, AccelerateTask const& task)
{
    Scratch measure(nullptr);
    StepMemory const memory(lanes, measure, coordinate_count(task.step.model));
    return measure.used();
}

/// The step v from z to the trial, and who is free. Complete on return.
template <class Lanes>
MOE_HD void begin_acceleration(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    gather_coordinates(lanes, task.model, task.theta, m.z);
    gather_coordinates(lanes, task.model, task.trial, m.trial);
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        bool const inside = m.trial[i] > task.lower[i] && m.trial[i] < task.upper[i];
        bool const frozen = is_frozen(task, m, p, i) || !inside;
        m.is[i] = frozen ? Freedom::frozen : Freedom::free;
        m.step[i] = m.trial[i] - m.z[i];
    }
    lanes.sync();
}

/// a of the `count` free coordinates, 0 for others, in m.step, whose v is lost. The answer, whether
/// there is one, is the same for all lanes.
template <class Lanes>
MOE_HD bool find_acceleration(Lanes lanes, AccelerateTask const& task, StepMemory const& m, int p,
                              int count)
{
    double const h = probe_share;
    multiply_step(lanes, task.step, m, p, [](int) { return true; });
    if (count == 0 || !factorize_free(lanes, task.step, m, p, count, System::step))
        return false;
    SquareMatrix const u = factor_of(task.step, p, count);
    for (int f = lanes.rank(); f < u.size; f += lanes.size()) {
        int const i = f < count ? m.free[f] : 0;
        double const second = -2 / (h * h) * (task.change[i] + h * m.product[i]);
        m.right[f] = f < count ? -m.scale[f] * second : 0;
    }
    lanes.sync();
    solve_transposed(lanes, u, m.tiles, m.right, m.solved);
    solve(lanes, u, m.tiles, m.solved, m.right, m.solved);
    for (int i = lanes.rank(); i < p; i += lanes.size())
        m.step[i] = 0;
    lanes.sync();
    for (int f = lanes.rank(); f < count; f += lanes.size())
        m.step[m.free[f]] = m.scale[f] * m.solved[f];
    lanes.sync();
    return true;
}

/// Sum of D_ii step_i^2, D the damping's: every lane has it.
MOE_HD inline double damped_square(StepTask const& task, StepMemory const& m, int p)
{
    return sum_of(p, [&](int i) {
        double const d = clamped(diagonal(task, p, i), least_diagonal, most_diagonal);
        return d * m.step[i] * m.step[i];
    });
}

/// The call that all backends share.
template <class Lanes>
MOE_HD void run_one(Lanes lanes, AccelerateTask const& task, void* scratch_memory)
{
    StepTask const& step = task.step;
    int const p = coordinate_count(step.model);
    Scratch scratch(scratch_memory);
    StepMemory m(lanes, scratch, p);
    m.dead = dead_diagonal(step.gram, p);
    begin_acceleration(lanes, step, m, p);
    if (task.change == nullptr) {
        for (int i = lanes.rank(); i < p; i += lanes.size())
            m.trial[i] = m.z[i] + probe_share * m.step[i];
        lanes.sync();
        scatter_coordinates(lanes, step.model, m.trial, task.probe);
        return;
    }
    double const along_v = damped_square(step, m, p);
    int const count = list_free(lanes, m, p);
    if (!find_acceleration(lanes, task, m, p, count))
        return;
    double const along_a = damped_square(step, m, p);
    lanes.sync();                                                      // all have read the steps
    if (!(along_a <= most_acceleration * most_acceleration * along_v)) // nor what is not a number
        return;
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        double const bent = clamped(m.trial[i] + m.step[i] / 2, step.lower[i], step.upper[i]);
        m.step[i] = bent - m.trial[i];
        m.trial[i] = bent;
    }
    lanes.sync();
    multiply_step(lanes, step, m, p, [](int) { return true; });
    for (int i = lanes.rank(); i < p; i += lanes.size())
        step.along[i] += m.product[i];
    centre(lanes, step.model, step.lower, step.upper, m.trial);
    scatter_coordinates(lanes, step.model, m.trial, step.trial);
}

MOE_END_ISA
