#pragma once

/// @file
/// One Levenberg-Marquardt step in a box, the algorithm of all backends.
///
/// A coordinate is frozen where it is on a bound that the descent -g points out of, or where
/// nothing depends on it (dead_share: dead atoms). The others, the free set F, take the step of
///
///   (M_FF + mu D_F) s_F = -g_F - M_FB s_B,    D = diag(H), clamped as Ceres does
///
/// where M is H or H + C, and B, empty at first, are coordinates that such a step took out of the
/// box: they go to the bound, and the rest is solved again given them, a few times; what then still
/// leaves the box is cut off. The systems are scaled to unit diagonals, so that no number leaves
/// its range and a pivot is small by an absolute measure. Levenberg (1944), Marquardt (1963), More
/// (1978).

#include "kernels/lse/centre.h"
#include "kernels/lse/curvature.h"

MOE_BEGIN_ISA

/// Systems that a step solves at most.
constexpr int most_solves = 4;

/// The larger one; what is not a number is larger than all.
MOE_HD MOE_INLINE double larger(double a, double b)
{
    return b > a || b != b ? b : a;
}

/// What is known of the point without a step: every lane has it. Makes use of the step's memory.
template <class Lanes>
MOE_HD StepRecord point_record(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    double* const bound = m.step;    // of each coordinate: 1 on a bound,
    double* const moved = m.product; // |P(z - g) - z|,
    double* const steep = m.bend;    // |g| / sqrt(H_ii) where it is free
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        double const z = m.z[i];
        bound[i] = z <= task.lower[i] || z >= task.upper[i] ? 1 : 0;
        moved[i] = steep[i] = 0;
        if (task.gram == nullptr)
            continue;
        double const g = task.gradient[i];
        moved[i] = magnitude(clamped(z - g, task.lower[i], task.upper[i]) - z);
        if (!is_frozen(task, m, p, i))
            steep[i] = magnitude(g) / math::sqrt(diagonal(task, p, i));
    }
    lanes.sync();
    StepRecord record{0, 0, 0, 0, 0, 0, -1, 0, 0};
    record.z_norm = math::sqrt(sum_of(p, [&](int i) { return m.z[i] * m.z[i]; }));
    for (int i = 0; i < p; ++i) {
        record.at_bound += bound[i] > 0 ? 1 : 0;
        record.projected_gradient = larger(record.projected_gradient, moved[i]);
        record.steepest = larger(record.steepest, steep[i]);
    }
    lanes.sync();
    return record;
}

/// Marks what is frozen; all else is free and does not move yet.
template <class Lanes>
MOE_HD void begin_step(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        m.is[i] = is_frozen(task, m, p, i) ? Freedom::frozen : Freedom::free;
        m.step[i] = 0;
        m.product[i] = 0;
        m.bend[i] = 0;
    }
    lanes.sync();
}

/// Steps of the free coordinates given those that go to a bound; marks those that now do.
template <class Lanes>
MOE_HD bool solve_free(Lanes lanes, StepTask const& task, StepMemory const& m, int p, int count,
                       System system)
{
    if (!factorize_free(lanes, task, m, p, count, system))
        return false;
    bool const curved = system == System::step && task.curved != 0;
    SquareMatrix const u = factor_of(task, p, count);
    for (int f = lanes.rank(); f < u.size; f += lanes.size()) {
        int const i = f < count ? m.free[f] : 0;
        double const by_bound = m.product[i] + (curved ? m.bend[i] : 0);
        m.right[f] = f < count ? -m.scale[f] * (task.gradient[i] + by_bound) : 0;
    }
    lanes.sync();
    solve_transposed(lanes, u, m.tiles, m.right, m.solved);
    solve(lanes, u, m.tiles, m.solved, m.right, m.solved);
    for (int f = lanes.rank(); f < count; f += lanes.size()) {
        int const i = m.free[f];
        double const step = m.scale[f] * m.solved[f];
        double const to = m.z[i] + step;
        if (to < task.lower[i])
            m.is[i] = Freedom::at_lower;
        else if (to > task.upper[i])
            m.is[i] = Freedom::at_upper;
        m.step[i] = clamped(to, task.lower[i], task.upper[i]) - m.z[i];
        if (m.is[i] == Freedom::free)
            m.step[i] = step;
    }
    lanes.sync();
    return true;
}

/// The step of a system in the box, in m.step. The answer, whether there is one, is the same for
/// all lanes.
template <class Lanes>
MOE_CALLED MOE_HD bool find_step(Lanes lanes, StepTask const& task, StepMemory const& m, int p,
                                 System system)
{
    begin_step(lanes, task, m, p);
    int count = list_free(lanes, m, p);
    for (int solves = 0; solves < most_solves && count > 0; ++solves) {
        if (solves > 0)
            multiply_step(lanes, task, m, p, [&](int i) { return m.is[i] != Freedom::free; });
        if (!solve_free(lanes, task, m, p, count, system))
            return false;
        int const left = list_free(lanes, m, p);
        if (left == count)
            break;
        count = left;
    }
    multiply_step(lanes, task, m, p, [](int) { return true; });
    return true;
}

/// No less than what steps of the free set that stay in the box can gain by q(s) = g.s + s.H s / 2,
/// H with flat_eigenvalue; every lane has it. q is convex, so that with v its slope at any step s
/// q(t) >= q(s) + v.(t - s): the least value of the right side over the box bounds what is left
/// beside s, which is nothing where s is the minimum. Infinite where that is all that is known.
template <class Lanes>
MOE_HD double gain_in_box(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    if (!find_step(lanes, task, m, p, System::gain))
        return infinite<double>;
    bool leaves = false;
    for (int i = 0; i < p; ++i)
        leaves = leaves || m.is[i] == Freedom::at_lower || m.is[i] == Freedom::at_upper;
    if (!leaves)
        return infinite<double>;
    auto const by_step = [&](int i) { // (H s)_i
        return m.product[i] + flat_eigenvalue * diagonal(task, p, i) * m.step[i];
    };
    double const gained = -sum_of(p, [&](int i) {
        return m.is[i] == Freedom::frozen ? 0 : m.step[i] * (task.gradient[i] + by_step(i) / 2);
    });
    double const left = sum_of(p, [&](int i) {
        return m.is[i] == Freedom::frozen
                   ? 0
                   : most_fall(task.gradient[i] + by_step(i), m.z[i] + m.step[i], task.lower[i],
                               task.upper[i]);
    });
    return 2 * (gained + left);
}

/// g.H^+ g on the free set, every lane has it: |U^-T g|^2 of the scaled system. At an end, where it
/// is asked for whatever it is, no more than what the box leaves of it: coordinates on which next
/// to nothing depends, as those of an atom that is all but dead, have steps far out of the box. (On
/// the way there such a step is a reason to go on: away from there the atom may come to life.) -1
/// where H is no Gram matrix.
template <class Lanes>
MOE_HD double predicted_gain(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    begin_step(lanes, task, m, p);
    int const count = list_free(lanes, m, p);
    if (count == 0)
        return 0;
    if (!factorize_free(lanes, task, m, p, count, System::gain))
        return -1;
    SquareMatrix const u = factor_of(task, p, count);
    for (int f = lanes.rank(); f < u.size; f += lanes.size())
        m.right[f] = f < count ? m.scale[f] * task.gradient[m.free[f]] : 0;
    lanes.sync();
    solve_transposed(lanes, u, m.tiles, m.right, m.solved);
    double const gain = sum_of(u.size, [&](int f) { return m.solved[f] * m.solved[f]; });
    lanes.sync(); // all have read it
    if (is_finite(task.gain_below))
        return gain;
    double const inside = gain_in_box(lanes, task, m, p);
    return inside < gain ? inside : gain;
}

/// The trial: the point moved by the step. Call sync before and after.
template <class Lanes>
MOE_HD void move(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        double const lower = task.lower[i];
        double const upper = task.upper[i];
        double const inside = clamped(m.z[i] + m.step[i], lower, upper);
        m.trial[i] = m.is[i] == Freedom::at_lower   ? lower
                     : m.is[i] == Freedom::at_upper ? upper
                                                    : inside;
    }
}

/// Finds the step, moves by it and completes the record: every lane has it.
template <class Lanes>
MOE_HD void take_step(Lanes lanes, StepTask const& task, StepMemory const& m, int p,
                      StepRecord& record)
{
    if (!find_step(lanes, task, m, p, System::step))
        return;
    double const plain =
        -sum_of(p, [&](int i) { return m.step[i] * (task.gradient[i] + m.product[i] / 2); });
    double const curved = plain - sum_of(p, [&](int i) { return m.step[i] * m.bend[i] / 2; });
    record.predicted = task.curved != 0 ? curved : plain;
    record.other = task.curved != 0 ? plain : curved;
    record.step_norm = math::sqrt(sum_of(p, [&](int i) { return m.step[i] * m.step[i]; }));
    record.factored = is_finite(record.predicted) && is_finite(record.step_norm) ? 1 : 0;
    if (record.factored == 0)
        return;
    move(lanes, task, m, p);
    for (int i = lanes.rank(); i < p; i += lanes.size())
        task.along[i] = m.product[i];
    lanes.sync();
    if (2 * plain <= task.gain_below)
        record.gain = predicted_gain(lanes, task, m, p);
}

/// The trial of a step that is none, and C = 0. Call sync after.
template <class Lanes>
MOE_HD void begin_fit(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    for (int i = lanes.rank(); i < p; i += lanes.size())
        m.trial[i] = clamped(m.z[i], task.lower[i], task.upper[i]);
    for (int i = 0; i < p; ++i)
        for (int j = lanes.rank(); j < p; j += lanes.size())
            curvature_row(task, p, i)[j] = 0;
}

/// Bytes of working memory of run_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, StepTask const& task)
{
    Scratch measure(nullptr);
    StepMemory const memory(lanes, measure, coordinate_count(task.model));
    return measure.used();
}

/// The call that all backends share.
template <class Lanes>
MOE_HD void run_one(Lanes lanes, StepTask const& task, void* scratch_memory)
{
    int const p = coordinate_count(task.model);
    Scratch scratch(scratch_memory);
    StepMemory m(lanes, scratch, p);
    if (task.gram != nullptr)
        m.dead = dead_diagonal(task.gram, p);
    gather_coordinates(lanes, task.model, task.theta, m.z);
    StepRecord record = point_record(lanes, task, m, p);
    if (task.gram == nullptr) {
        begin_fit(lanes, task, m, p);
        record.factored = 1;
    } else {
        if (task.gradient_before != nullptr)
            update_curvature(lanes, task, m, p);
        take_step(lanes, task, m, p, record);
    }
    lanes.sync();
    if (record.factored != 0) {
        centre(lanes, task.model, task.lower, task.upper, m.trial);
        scatter_coordinates(lanes, task.model, m.trial, task.trial);
    }
    if (lanes.rank() == 0)
        *task.record = record;
    lanes.sync();
}

MOE_END_ISA
