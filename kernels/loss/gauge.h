#pragma once

/// @file
/// The gauge `align` (spec.md 1.3): takes out the parameter moves that leave the fitted f
/// unchanged. The fitted atoms move, the truth is never touched.

#include "kernels/loss/loss_api.h"
#include "kernels/loss/parts.h"

MOE_BEGIN_ISA

/// Under `align` something moves where the fitted gates compete (exponential mass) and the loss
/// weighs atoms so: the bias, if there is one, and the location where the score allows it. Sigmoid
/// families: nothing.
template <class Real>
MOE_HD Moves moves_of(LossTask<Real> const& task, LossForm const& form)
{
    GateSpec const& gate = task.model.gate;
    bool competing = task.choice.gauge == Gauge::align && form.mass == Mass::exponential;
    visit(Normalizers{}, gate.normalizer, [&](auto normalizer) {
        competing = competing && decltype(normalizer)::mass == Mass::exponential;
    });
    Moves moves{false, false, false, gate.tau1};
    for (int b = 0; b < task.model.layout.blocks; ++b)
        moves.bias = moves.bias || (competing && task.model.layout.block[b].role == Role::bias);
    visit(Scores{}, gate.score, [&](auto score) {
        moves.location = competing && score.location_shifts(gate);
        moves.direction = moves.location && score.shifts_direction(gate);
    });
    return moves;
}

/// log sum_i exp(b_i / T) over the rows' bias column, finite for all finite b_i / T.
MOE_HD inline double log_total_mass(double const* bias, int stride, int k, double temperature)
{
    double top = bias[0] / temperature;
    for (int i = 1; i < k; ++i) {
        double const s = bias[i * stride] / temperature;
        top = s > top ? s : top;
    }
    double sum = 0;
    for (int i = 0; i < k; ++i)
        sum += math::exp(bias[i * stride] / temperature - top);
    return top + math::log(sum);
}

/// What `align` adds to every fitted b_i: T log(sum_j m*_j / sum_i m_i). Temperatures: each side's.
MOE_HD inline double bias_shift(LossWork const& work, double temperature, double temperature_true)
{
    int const width = work.columns.width;
    int const at = work.columns.of(Part::bias).begin;
    return temperature * (log_total_mass(work.row_true + at, width, work.k_true, temperature_true) -
                          log_total_mass(work.row + at, width, work.k, temperature));
}

/// Writes the coordinates of k rows: u = w / (|w| + tau1) in the columns of w. The truth takes the
/// tau1 of the fit, so that equal u is equal w.
template <class Lanes>
MOE_HD void gather_directions(Lanes lanes, LossWork const& work, double const* row, int k,
                              double* coordinate)
{
    Range const w = work.columns.of(Part::w);
    for (int i = lanes.rank(); i < k; i += lanes.size()) {
        double const* const from = row + i * work.columns.width;
        double* const to = coordinate + i * work.coordinate_stride;
        double square = 0;
        for (int f = w.begin; f < w.end(); ++f)
            square += from[f] * from[f];
        auto const [norm, unit] =
            scaled_norm(square, w.size, [=](int f) { return from[w.begin + f]; });
        double const factor = 1.0 / (norm + work.moves.tau1 * unit);
        for (int f = 0; f < work.columns.moving.size; ++f)
            to[f] = f >= w.begin && f < w.end() ? from[f] * unit * factor : from[f];
    }
}

/// Prepares the moves: shift 0, atoms where they are. Call sync before the first move.
template <class Lanes>
MOE_HD MOE_CALLED void begin_moves(Lanes lanes, LossWork const& work)
{
    if (!work.moves.location)
        return;
    int const size = work.columns.location.size;
    for (int at = lanes.rank(); at < work.k * size; at += lanes.size())
        work.moved[at] = work.row[at / size * work.columns.width + at % size];
    for (int f = lanes.rank(); f < work.columns.moving.size; f += lanes.size())
        work.shift[f] = 0;
    if (!work.moves.direction)
        return;
    gather_directions(lanes, work, work.row, work.k, work.coordinate);
    gather_directions(lanes, work, work.row_true, work.k_true, work.coordinate_true);
}

/// |u_i - shift|^2 over the columns of w.
MOE_HD inline double direction_square(LossWork const& work, double const* shift, int i)
{
    Range const w = work.columns.of(Part::w);
    return squared_distance(work.coordinate + i * work.coordinate_stride + w.begin, shift + w.begin,
                            w.size);
}

/// Whether every |u_i - shift| is below 1, the norms that locations have. Every lane finds the same
/// answer.
template <class Lanes>
MOE_HD MOE_CALLED bool stays_inside(Lanes lanes, LossWork const& work, double const* shift)
{
    for (int i = lanes.rank(); i < work.k; i += lanes.size())
        work.inside[i] = direction_square(work, shift, i) < 1 ? 1 : 0;
    lanes.sync();
    bool all = true;
    for (int i = 0; i < work.k; ++i)
        all = all && work.inside[i] != 0;
    return all;
}

/// Moves every atom to coordinate_i - shift, and remembers the shift. Where some |u_i| would not
/// stay below 1 nothing happens and the answer is no. Call sync before.
template <class Lanes>
MOE_HD MOE_CALLED bool move_by(Lanes lanes, LossWork const& work, double const* shift)
{
    using std::sqrt;
    int const size = work.columns.moving.size;
    Range const w = work.columns.of(Part::w);
    bool still = true;
    for (int f = 0; f < size; ++f)
        still = still && shift[f] == 0;
    bool const direction =
        work.moves.direction && !still; // unmoved atoms keep their w to the last bit
    if (direction && !stays_inside(lanes, work, shift))
        return false;
    double const* const from = work.moves.direction && still ? work.row : work.coordinate;
    int const stride = work.moves.direction && still ? work.columns.width : work.coordinate_stride;
    for (int i = lanes.rank(); i < work.k; i += lanes.size()) {
        double const factor =
            direction ? work.moves.tau1 / (1.0 - sqrt(direction_square(work, shift, i))) : 1.0;
        for (int f = 0; f < size; ++f) {
            double const difference = from[i * stride + f] - shift[f];
            bool const scaled = f >= w.begin && f < w.end();
            work.moved[i * work.moved_stride + f] = scaled ? difference * factor : difference;
        }
    }
    for (int f = lanes.rank(); f < size; f += lanes.size())
        work.shift[f] = shift[f];
    lanes.sync();
    return true;
}

/// Fills the weights of the mean. The masses must stand; sync before the first mean.
template <class Lanes>
MOE_HD MOE_CALLED void fill_weights(Lanes lanes, LossWork const& work)
{
    int power = work.mass[0].power();
    for (int i = 1; i < work.k; ++i)
        power = work.mass[i].power() > power ? work.mass[i].power() : power;
    for (int i = lanes.rank(); i < work.k; i += lanes.size())
        work.weight[i] = work.mass[i].over(power);
}

/// Sets next_shift to the m_i-weighted mean of location_i - location*_{j(i)}. Subtracting the mean
/// of the present differences from moved atoms leads to this same total shift, whatever it was.
template <class Lanes>
MOE_HD MOE_CALLED void centre(Lanes lanes, LossWork const& work, int const* cell)
{
    int const stride = work.coordinate_stride;
    for (int f = lanes.rank(); f < work.columns.moving.size; f += lanes.size()) {
        double sum = 0;
        double total = 0;
        for (int i = 0; i < work.k; ++i) {
            sum += work.weight[i] *
                   (work.coordinate[i * stride + f] - work.coordinate_true[cell[i] * stride + f]);
            total += work.weight[i];
        }
        work.next_shift[f] = sum / total;
    }
    lanes.sync();
}

/// Sets next_shift to location_i - location*_j, so that atom i lands on true atom j.
template <class Lanes>
MOE_HD void land(Lanes lanes, LossWork const& work, int i, int j)
{
    int const stride = work.coordinate_stride;
    for (int f = lanes.rank(); f < work.columns.moving.size; f += lanes.size())
        work.next_shift[f] = work.coordinate[i * stride + f] - work.coordinate_true[j * stride + f];
    lanes.sync();
}

/// The rounds of spec.md 1.3 from the present shift: assign cells, stop if they did not change or
/// the step is dropped, centre; at most 10 times. Returns the cells of the moved atoms (one of
/// work's two buffers).
template <class Lanes>
MOE_HD MOE_CALLED int* settle(Lanes lanes, LossWork const& work)
{
    constexpr int rounds = 10;
    int* cell = work.cell;
    int* next = work.cell_next;
    assign_cells(lanes, work, cell);
    for (int round = 0; round < rounds; ++round) {
        centre(lanes, work, cell);
        if (!move_by(lanes, work, work.next_shift))
            break;
        assign_cells(lanes, work, next);
        bool const settled = same_cells(cell, next, work.k);
        int* const before = cell;
        cell = next;
        next = before;
        if (settled)
            break;
    }
    return cell;
}

/// Leaves the atoms at the candidate of the smallest loss: unmoved, settled from there, settled
/// from each location_i - location*_j. The earlier one stays unless a later one is smaller by more
/// than 1e-12 relative. A loss that is not a number never wins.
template <class Lanes>
MOE_HD void align_locations(Lanes lanes, LossWork const& work, LossForm const& form, double r)
{
    constexpr double clearly_smaller = 1.0 - 1e-12;
    Wide best = 0.0;
    fill_weights(lanes, work);
    auto const offer = [&](bool first, int const* cell) {
        Wide const value = loss_parts(lanes, work, form, r, cell).value();
        if (first || value < best * clearly_smaller) {
            best = value;
            for (int f = lanes.rank(); f < work.columns.moving.size; f += lanes.size())
                work.best_shift[f] = work.shift[f];
        }
    };
    assign_cells(lanes, work, work.cell);
    offer(true, work.cell);
    offer(false, settle(lanes, work));
    for (int i = 0; i < work.k; ++i) {
        for (int j = 0; j < work.k_true; ++j) {
            land(lanes, work, i, j);
            if (move_by(lanes, work, work.next_shift))
                offer(false, settle(lanes, work));
        }
    }
    lanes.sync();
    move_by(lanes, work, work.best_shift);
}

MOE_END_ISA
