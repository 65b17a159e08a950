#pragma once

/// @file
/// What Gauss-Newton leaves out of the Hessian, sum_t r_t nabla^2 f_t, learned from the gradients:
/// a structured secant as in NL2SOL (Dennis, Gay, Welsch 1981). Without it steps near a minimum
/// with residuals converge linearly, and in flat valleys slowly.
///
/// A step s changed the gradient by y, the integral of the Hessian along s. What H has in it is its
/// mean at both ends times s, up to s^3; with one end alone the error is as large as what is
/// sought.

#include "kernels/lse/free_set.h"

MOE_BEGIN_ISA

/// C <- tau C + w y^T + y w^T.
template <class Lanes>
MOE_HD void update_rows(Lanes lanes, StepTask const& task, int p, double tau, double const* w,
                        double const* y)
{
    if constexpr (Lanes::serial) {
        for (int i = 0; i < p; ++i) {
            double* const row = curvature_row(task, p, i);
            MOE_SIMD
            for (int j = 0; j < p; ++j)
                row[j] = tau * row[j] + (w[i] * y[j] + y[i] * w[j]);
        }
    } else {
        constexpr int at_once = 8; // rows, whose numbers are on their way together
        for (int first = 0; first < p; first += at_once) {
            for (int j = lanes.rank(); j < p; j += lanes.size()) {
                double before[at_once];
                for (int r = 0; r < at_once; ++r)
                    before[r] = curvature_row(task, p, first + r < p ? first + r : p - 1)[j];
                for (int r = 0; r < at_once && first + r < p; ++r)
                    curvature_row(task, p, first + r)[j] =
                        tau * before[r] + (w[first + r] * y[j] + y[first + r] * w[j]);
            }
        }
    }
}

/// C <- tau C + (w y^T + y w^T) / (y.s) - (w.s) / (y.s)^2 y y^T with w = y - h - tau C s: then C s
/// = y - h, where h = (H s + H_before s) / 2. tau <= 1 sizes C down where it is too large along s:
/// |s.(y - h)| / |s.C s|. Nothing happens where y.s is not positive. Complete on return.
template <class Lanes>
MOE_HD void update_curvature(Lanes lanes, StepTask const& task, StepMemory const& m, int p)
{
    double* const before = m.trial;
    double* const change = m.solved; // y
    gather_coordinates(lanes, task.model, task.trial, before);
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        m.step[i] = m.z[i] - before[i];
        change[i] = task.gradient[i] - task.gradient_before[i];
    }
    lanes.sync();
    multiply_step(lanes, task, m, p, [](int) { return true; });
    for (int i = lanes.rank(); i < p; i += lanes.size())
        m.product[i] = (m.product[i] + task.along[i]) / 2;
    lanes.sync();
    double const along = sum_of(p, [&](int i) { return m.step[i] * change[i]; });
    if (!(along > 0)) {
        lanes.sync(); // all have read what the caller may write
        return;
    }
    double const wanted =
        magnitude(sum_of(p, [&](int i) { return m.step[i] * (change[i] - m.product[i]); }));
    double const present = magnitude(sum_of(p, [&](int i) { return m.step[i] * m.bend[i]; }));
    double const tau = present > wanted ? wanted / present : 1;
    double* const w = m.trial; // less half of its part along s, so that the update has two terms
    double const missing =
        sum_of(p, [&](int i) { return m.step[i] * (change[i] - m.product[i] - tau * m.bend[i]); });
    for (int i = lanes.rank(); i < p; i += lanes.size()) {
        double const own = change[i] - m.product[i] - tau * m.bend[i];
        w[i] = (own - missing / along / 2 * change[i]) / along;
    }
    lanes.sync();
    update_rows(lanes, task, p, tau, w, change);
    lanes.sync();
}

MOE_END_ISA
