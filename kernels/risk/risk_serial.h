#pragma once

/// @file
/// risk_one.h for one CPU thread. The points go by in bands of some chunks; a band's features are
/// made once and serve all fits of the task, and each fit's sums stand in registers all through a
/// band. Every number is added to the same sum in the same order as chunk by chunk.

#include "kernels/risk/risk_band_sums.h"
#include "kernels/risk/risk_cells.h"
#include "kernels/risk/risk_lanes.h"

MOE_BEGIN_ISA

/// Chunks of a band: its numbers stay in the second-level cache, those of one fit in the first.
constexpr int band_chunks = 8;
static_assert(chunks_a_fold % band_chunks == 0);

/// What a task needs for each of its fits from one band to the next.
template <class Real>
struct RiskState
{
    Maps<Real> maps;
    RiskSums<Real, SerialLanes> sums;
    int* used; ///< [1] points, as soon as these are enough; else 0

    RiskState(Tile<Real, SerialLanes> const& tile, Scratch& scratch, Shape const& shape,
              int true_atoms)
        : maps(tile, scratch, shape), sums(scratch, shape.k, true_atoms), used(scratch.take<int>(1))
    {}
};

/// Working memory of a task.
template <class Real>
class RiskBand
{
public:
    Shape shape;
    Tile<Real, SerialLanes> tile;
    Planes<Real> planes; ///< of any chunk
    CellRows<Real> rows;
    std::size_t feature_step; ///< from one chunk's features to the next one's
    std::size_t plane_step;   ///< from one chunk's weights and responses to the next one's
    Real* features;           ///< [band_chunks][feature_step]
    Real* plane;              ///< [band_chunks][plane_step]

    RiskBand(Scratch& scratch, RiskTask<Real> const& task)
        : shape(shape_of(task.model, Tile<Real, SerialLanes>::align)),
          tile(SerialLanes{}, scratch, shape.features), planes(scratch, shape, false, true),
          rows(SerialLanes{}, scratch), feature_step(tile.columns_size()),
          plane_step(static_cast<std::size_t>(shape.gate_rows + shape.k) * chunk),
          features(scratch.take<Real>(band_chunks * feature_step)),
          plane(scratch.take<Real>(band_chunks * plane_step)), true_atoms_(task.truth.k),
          bytes_(state_bytes()), states_(scratch.take<char>(bytes_ * task.fits))
    {}

    /// The state of a fit.
    RiskState<Real> state(int fit) const
    {
        Scratch scratch(states_ + bytes_ * fit);
        return {tile, scratch, shape, true_atoms_};
    }

    /// The planes of a chunk of the band.
    Planes<Real> of_chunk(int c) const
    {
        Planes<Real> p = planes;
        p.plane = plane + c * plane_step;
        p.expert = p.plane + shape.gate_rows * chunk;
        return p;
    }

private:
    std::size_t state_bytes() const
    {
        Scratch measure(nullptr);
        RiskState<Real> const state(tile, measure, shape, true_atoms_);
        return measure.used();
    }

    int true_atoms_;
    std::size_t bytes_; ///< of a state
    char* states_;
};

template <class Real>
std::size_t scratch_bytes(SerialLanes, RiskTask<Real> const& task)
{
    Scratch measure(nullptr);
    RiskBand<Real> const band(measure, task);
    return measure.used();
}

/// Asks the cache for part `part` of `parts` of the band at `first`: what is read in bursts, and
/// once for all fits, arrives beside their work.
template <class Real>
void prefetch_band(RiskTask<Real> const& task, int first, int part, int parts)
{
    constexpr int line = 64 / static_cast<int>(sizeof(Real));
    int const left = task.points - first;
    int const count = left < band_chunks * chunk ? left : band_chunks * chunk;
    auto const ask = [&](Real const* from, int numbers) {
        int const lines = (numbers + line - 1) / line;
        for (int i = lines * part / parts; i < lines * (part + 1) / parts; ++i)
            __builtin_prefetch(from + i * line, 0, 2);
    };
    if (count <= 0)
        return;
    ask(task.x + static_cast<std::size_t>(first) * task.model.d, count * task.model.d);
    for (int j = 0; j < task.truth.k; ++j) {
        std::size_t const row = static_cast<std::size_t>(j) * task.points + first;
        ask(task.experts_true + row, count);
        ask(task.weights_true + row, count);
    }
}

/// Adds a band of `count` points from `first` on, whose features stand in the band's memory, to a
/// fit's sums.
template <class Real>
void add_band(RiskTask<Real> const& task, RiskBand<Real> const& band, int index, int first,
              int count)
{
    constexpr SerialLanes lanes;
    RiskState<Real> const fit = band.state(index);
    for (int c = 0; c * chunk < count; ++c) {
        prefetch_band(task, first + count, index * band_chunks + c, task.fits * band_chunks);
        Planes<Real> const planes = band.of_chunk(c);
        all_scores(ColumnTile<Real>{band.features + c * band.feature_step}, band.shape, fit.maps,
                   planes.plane);
        predict(lanes, task.model, band.shape, fit.maps, planes);
        int const left = count - c * chunk;
        fit.sums.add_errors(lanes, planes.f, task.f_true + first + c * chunk,
                            left < chunk ? left : chunk);
    }
    int const whole = count / chunk;
    std::size_t const points = task.points;
    ChunkedRows<Real> const g{band.plane, chunk, band.plane_step};
    ChunkedRows<Real> const h{band.of_chunk(0).expert, chunk, band.plane_step};
    add_band_pairs(h, {task.experts_true + first, points, chunk}, whole, task.model.k, task.truth.k,
                   fit.sums.part);
    for (int j = 0; j < task.truth.k; ++j)
        add_band_cell(task, fit.sums, g, h, j, first, whole);
    if (int const rest = count % chunk; rest > 0) {
        Planes<Real> const planes = band.of_chunk(whole);
        int const from = first + whole * chunk;
        add_pairs(lanes, task, fit.sums, planes.expert, from, rest);
        add_responses(lanes, task, fit.sums, planes.plane, planes.expert, band.rows, from, rest);
    }
}

/// Measures all fits on the common points.
template <class Real>
void run_one(SerialLanes lanes, RiskTask<Real> const& task, void* scratch_memory)
{
    MOE_EXPECT(1 <= task.fits && task.fits <= RiskTask<Real>::most_fits);
    Scratch scratch(scratch_memory);
    RiskBand<Real> band(scratch, task);
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    band.tile.clear();
    for (int i = 0; i < task.fits; ++i) {
        RiskState<Real> const state = band.state(i);
        state.maps.clear(lanes, band.shape);
        pack_maps(lanes, task.model, band.shape, task.fit[i].theta, state.maps);
        state.sums.clear(lanes, k, true_atoms);
        assign_cells(lanes, task, task.fit[i].theta, state.sums);
        *state.used = 0;
    }
    int const sums = RiskSums<Real, SerialLanes>::sums(k, true_atoms);
    constexpr int band_points = band_chunks * chunk;
    int open = task.fits;
    for (int first = 0; first < task.points && open > 0; first += band_points) {
        int const count = task.points - first < band_points ? task.points - first : band_points;
        int const end = first + count;
        for (int at = 0; at < count; at += chunk)
            band.tile.fetch_columns(task.x + static_cast<std::size_t>(first + at) * task.model.d,
                                    count - at < chunk ? count - at : chunk,
                                    band.features + at / chunk * band.feature_step);
        bool const folds =
            (first / band_points + 1) % (chunks_a_fold / band_chunks) == 0 || end == task.points;
        for (int i = 0; i < task.fits; ++i) {
            RiskState<Real> const state = band.state(i);
            if (*state.used > 0)
                continue;
            add_band(task, band, i, first, count);
            if (!folds)
                continue;
            fold_band(sums, state.sums);
            if (end == task.points || precise(task, state.sums, end)) {
                *state.used = end;
                --open;
            }
        }
    }
    for (int i = 0; i < task.fits; ++i)
        *task.fit[i].record = summarize(task, band.state(i).sums, *band.state(i).used);
}

MOE_END_ISA
