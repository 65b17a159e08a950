#pragma once

/// @file
/// Regression error, family-free expert errors and responses of fits, the algorithm of all
/// backends (spec.md 2.2; 002 eq 8, 003 eq 7). One CPU thread has its own order of the work:
/// risk_serial.h.

#include "kernels/risk/risk_cells.h"
#include "kernels/risk/risk_lanes.h"

MOE_BEGIN_ISA

/// Working memory of a risk measurement, a fit at a time.
template <class Real, class Lanes>
struct RiskMemory
{
    Forward<Real, Lanes> forward;
    RiskSums<Real, Lanes> sums;
    CellRows<Real> rows;

    MOE_HD MOE_FLAT RiskMemory(Lanes lanes, Scratch& scratch, Model const& model, int true_atoms)
        : forward(lanes, scratch, model), sums(scratch, model.k, true_atoms), rows(lanes, scratch)
    {}
};

/// Bytes of working memory of run_one.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, RiskTask<Real> const& task)
{
    Scratch measure(nullptr);
    RiskMemory<Real, Lanes> const memory(lanes, measure, task.model, task.truth.k);
    return measure.used();
}

/// Measures one fit on the common points.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void measure(Lanes lanes, RiskTask<Real> const& task, RiskFit<Real> const& fit,
                             RiskMemory<Real, Lanes>& m)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    Planes<Real> const& planes = m.forward.planes;
    m.forward.load(lanes, fit.theta);
    m.forward.begin(task.x, task.points);
    m.sums.clear(lanes, k, true_atoms);
    assign_cells(lanes, task, fit.theta, m.sums);
    lanes.sync();
    int open = 0;
    int used = task.points;
    for (int first = 0; first < task.points; first += chunk) {
        int const count = task.points - first < chunk ? task.points - first : chunk;
        m.forward.chunk_at(lanes, task.x, task.points, first, count);
        m.sums.add_errors(lanes, planes.f, task.f_true + first, count);
        if constexpr (Lanes::warp) {
            lanes.sync(); // rows of all samples
            WarpSums<Real>(lanes, task, first, count).add(m.sums, planes);
        } else {
            add_pairs(lanes, task, m.sums, planes.expert, first, count);
            add_responses(lanes, task, m.sums, planes.plane, planes.expert, m.rows, first, count);
        }
        if (++open == chunks_a_fold || first + chunk >= task.points) {
            fold_sums(lanes, m.sums.sums(k, true_atoms), m.sums);
            open = 0;
            if (precise(task, m.sums, first + count)) {
                used = first + count;
                break;
            }
        }
        lanes.sync();
    }
    if (lanes.rank() == 0)
        *fit.record = summarize(task, m.sums, used);
    lanes.sync();
}

/// Measures all fits on the common points.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, RiskTask<Real> const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    RiskMemory<Real, Lanes> m(lanes, scratch, task.model, task.truth.k);
    for (int i = 0; i < task.fits; ++i)
        measure(lanes, task, task.fit[i], m);
}

MOE_END_ISA
