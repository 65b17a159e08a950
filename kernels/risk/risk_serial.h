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

/// What a band reads of the points, which the cache is asked for beside the work of the band
/// before, some lines at a time: a processor waits for sixteen or so and then stands still.
template <class Real>
class AskedBand
{
public:
    /// The band at `first`, asked for in `parts` equal parts.
    AskedBand(RiskTask<Real> const& task, int first, int parts)
        : task_(task), first_(first),
          points_(task.points - first < band_chunks * chunk ? task.points - first
                                                            : band_chunks * chunk),
          rows_(points_ > 0 ? 1 + 2 * task.truth.k : 0)
    {
        int const lines = lines_of(points_ * task.model.d) + (rows_ - 1) * lines_of(points_);
        a_part_ = (lines + parts - 1) / parts;
        left_ = a_part_;
    }

    /// Asks for half of a part: between two pieces of work of it.
    void some() { ask((a_part_ + 1) / 2); }

    /// Asks for what is left of a part; the next one follows.
    void rest()
    {
        ask(left_);
        left_ = a_part_;
    }

private:
    static constexpr int line = 64 / static_cast<int>(sizeof(Real));
    static int lines_of(int numbers) { return (numbers + line - 1) / line; }

    void ask(int lines)
    {
        for (; lines > 0 && left_ > 0; --lines, --left_) {
            if (at_ >= end_ && !next_row())
                return;
            // A builtin is no effect to g++: it leaves out calls whose only work it is.
            asm volatile("prefetcht1 %0" : : "m"(*at_));
            at_ += line;
        }
    }

    /// x first, then the truth's responses and weights.
    bool next_row()
    {
        if (row_ == rows_)
            return false;
        int const k = task_.truth.k;
        int const j = row_ - 1;
        if (row_ == 0)
            at_ = task_.x + static_cast<std::size_t>(first_) * task_.model.d;
        else
            at_ = (j < k ? task_.experts_true : task_.weights_true) +
                  static_cast<std::size_t>(j < k ? j : j - k) * task_.points + first_;
        end_ = at_ + (row_ == 0 ? points_ * task_.model.d : points_);
        ++row_;
        return true;
    }

    RiskTask<Real> const& task_;
    int first_;
    int points_;
    int rows_; ///< x, then those of the truth
    int row_ = 0;
    Real const* at_ = nullptr;
    Real const* end_ = nullptr;
    int a_part_ = 0; ///< lines
    int left_ = 0;   ///< of the part
};

/// A chunk of a band, between whose products the next band is asked for.
template <class Real>
struct AskingTile
{
    ColumnTile<Real> tile;
    AskedBand<Real>& asked;

    void scores(FeatureRange range, Real const* w, Real const* c, int maps, Real* s) const
    {
        tile.scores(range, w, c, maps, s, chunk, [this]() MOE_INLINED { asked.some(); });
    }
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
    Real* f;                  ///< [band_chunks][chunk]

    RiskBand(Scratch& scratch, RiskTask<Real> const& task)
        : shape(shape_of(task.model, Tile<Real, SerialLanes>::align)),
          tile(SerialLanes{}, scratch, shape.features), planes(scratch, shape, false, true),
          rows(SerialLanes{}, scratch), feature_step(tile.columns_size()),
          plane_step(static_cast<std::size_t>(shape.gate_rows + shape.k) * chunk),
          features(scratch.take<Real>(band_chunks * feature_step)),
          plane(scratch.take<Real>(band_chunks * plane_step)),
          f(scratch.take<Real>(band_chunks * chunk)), true_atoms_(task.truth.k),
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
        p.f = f + c * chunk;
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

/// Adds a band of `count` points from `first` on, whose features stand in the band's memory, to a
/// fit's sums.
template <class Real>
void add_band(RiskTask<Real> const& task, RiskBand<Real> const& band, AskedBand<Real>& asked,
              int index, int first, int count)
{
    constexpr SerialLanes lanes;
    RiskState<Real> const fit = band.state(index);
    for (int c = 0; c * chunk < count; ++c) {
        Planes<Real> const planes = band.of_chunk(c);
        all_scores(AskingTile<Real>{{band.features + c * band.feature_step}, asked}, band.shape,
                   fit.maps, planes.plane);
        asked.rest();
        predict(lanes, task.model, band.shape, fit.maps, planes);
    }
    int const whole = count / chunk;
    std::size_t const points = task.points;
    ChunkedRows<Real> const g{band.plane, chunk, band.plane_step};
    ChunkedRows<Real> const h{band.of_chunk(0).expert, chunk, band.plane_step};
    add_band_pairs(h, {task.experts_true + first, points, chunk}, whole, task.model.k, task.truth.k,
                   fit.sums.part);
    add_band_cells(task, fit.sums, g, h, first, whole);
    add_band_errors(band.f, task.f_true + first, whole, fit.sums);
    if (int const rest = count % chunk; rest > 0) {
        Planes<Real> const planes = band.of_chunk(whole);
        int const from = first + whole * chunk;
        fit.sums.add_errors(lanes, planes.f, task.f_true + from, rest);
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
        AskedBand<Real> asked(task, end, open * (count + chunk - 1) / chunk);
        for (int i = 0; i < task.fits; ++i) {
            RiskState<Real> const state = band.state(i);
            if (*state.used > 0)
                continue;
            add_band(task, band, asked, i, first, count);
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
