#pragma once

/// @file
/// Adding a chunk to the sums of risk_sums.h: a warp's text, and that of any lanes.

#include "kernels/risk/risk_sums.h"

MOE_BEGIN_ISA

/// Rows that a cell's sums over its members need; not for a warp, which has them in registers.
template <class Real>
struct CellRows
{
    Real* response; ///< [chunk] sum_{i in A_j} g_i h_i - g*_j h*_j
    Real* gate;     ///< [chunk] sum_{i in A_j} g_i - g*_j

    template <class Lanes>
    MOE_HD MOE_FLAT CellRows(Lanes, Scratch& scratch)
        : response(scratch.take<Real>(Lanes::warp ? 0 : chunk)),
          gate(scratch.take<Real>(Lanes::warp ? 0 : chunk))
    {}
};

/// What a lane of a warp adds up: true atom j with four lanes, a quarter of the chunk's samples
/// each. Their numbers stand in registers for all fitted atoms.
template <class Real>
class WarpSums
{
    static constexpr int quads = 2; ///< of samples, a lane
    static constexpr int samples = 4 * quads;

public:
    template <class Lanes>
    MOE_HD MOE_FLAT WarpSums(Lanes lanes, RiskTask<Real> const& task, int first, int count)
        : task_(task), part_(lanes.rank() & 3), slot_(lanes.rank() >> 2), count_(count),
          from_(static_cast<std::size_t>(first + samples * part_))
    {
        static_assert(samples * 4 == chunk);
    }

    /// Adds a chunk whose responses and weights stand in the planes.
    template <class Sums>
    MOE_HD MOE_FLAT void add(Sums const& m, Planes<Real> const& planes) const
    {
        int const true_atoms = task_.truth.k;
        for (int j = slot_; j < true_atoms; j += 8) {
            Real h_true[samples];
            Real g_true[samples];
            load(task_.experts_true, j, h_true);
            load(task_.weights_true, j, g_true);
            add_pairs(m, planes, j, h_true);
            add_cell(m, planes, j, g_true, h_true);
        }
    }

private:
    /// This lane's numbers of true atom j; 0 behind the end.
    MOE_HD MOE_FLAT void load(Real const* all, int j, Real (&to)[samples]) const
    {
        Real const* const from = all + static_cast<std::size_t>(j) * task_.points + from_;
        if (samples * (part_ + 1) <= count_ && aligned(from, sizeof(Quad<Real>))) {
            for (int q = 0; q < quads; ++q) {
                auto const four = reinterpret_cast<Quad<Real> const*>(from)[q];
                for (int v = 0; v < 4; ++v)
                    to[4 * q + v] = four.v[v];
            }
        } else {
            for (int b = 0; b < samples; ++b)
                to[b] = samples * part_ + b < count_ ? from[b] : Real(0);
        }
    }

    /// This lane's numbers of a row of planes.
    MOE_HD MOE_FLAT void load_row(Real const* plane, int i, Real (&to)[samples]) const
    {
        auto const* const from =
            reinterpret_cast<Quad<Real> const*>(plane + i * chunk + samples * part_);
        for (int q = 0; q < quads; ++q)
            for (int v = 0; v < 4; ++v)
                to[4 * q + v] = from[q].v[v];
    }

    /// Sum of u^2 over the samples that there are.
    MOE_HD MOE_FLAT Real squares(Real const (&u)[samples]) const
    {
        Real sum = Real(0);
        if (count_ == chunk) {
            for (int b = 0; b < samples; ++b)
                sum += u[b] * u[b];
        } else {
            for (int b = 0; b < samples; ++b)
                sum += samples * part_ + b < count_ ? u[b] * u[b] : Real(0);
        }
        return sum;
    }

    template <class Sums>
    MOE_HD MOE_FLAT void add_pairs(Sums const& m, Planes<Real> const& planes, int j,
                                   Real const (&h_true)[samples]) const
    {
        for (int i = 0; i < task_.model.k; ++i) {
            Real h[samples];
            load_row(planes.expert, i, h);
            for (int b = 0; b < samples; ++b)
                h[b] -= h_true[b];
            m.part[(i * task_.truth.k + j) * m.parts + part_] += squares(h);
        }
    }

    template <class Sums>
    MOE_HD MOE_FLAT void add_cell(Sums const& m, Planes<Real> const& planes, int j,
                                  Real const (&g_true)[samples],
                                  Real const (&h_true)[samples]) const
    {
        Real response[samples];
        Real gate[samples];
        for (int b = 0; b < samples; ++b) {
            response[b] = -(g_true[b] * h_true[b]);
            gate[b] = -g_true[b];
        }
        for (int at = m.begin[j]; at < m.begin[j + 1]; ++at) {
            Real g[samples];
            Real h[samples];
            load_row(planes.plane, m.member[at], g);
            load_row(planes.expert, m.member[at], h);
            for (int b = 0; b < samples; ++b) {
                response[b] += g[b] * h[b];
                gate[b] += g[b];
            }
        }
        Real* const of_response = m.part + (task_.model.k * task_.truth.k + j) * m.parts + part_;
        of_response[0] += squares(response);
        of_response[task_.truth.k * m.parts] += squares(gate);
    }

    RiskTask<Real> const& task_;
    int part_, slot_, count_;
    std::size_t from_;
};

/// Adds the chunk's (h_i - h*_j)^2 to the pair sums; h: [k][chunk].
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_pairs(Lanes lanes, RiskTask<Real> const& task,
                               RiskSums<Real, Lanes> const& m, Real const* h, int first, int count)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    for (int j = 0; j < true_atoms; ++j) { // the truth's number comes from far: it is read once
        Real const* const from =
            task.experts_true + static_cast<std::size_t>(j) * task.points + first;
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            Real const truth = from[b];
            for (int i = 0; i < k; ++i) {
                Real const difference = h[i * chunk + b] - truth;
                m.part[(i * true_atoms + j) * chunk + b] += difference * difference;
            }
        }
    }
}

/// Adds the chunk's squares of what the cells' responses and gates lack to their sums; g, h:
/// [k][chunk].
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_responses(Lanes lanes, RiskTask<Real> const& task,
                                   RiskSums<Real, Lanes> const& m, Real const* g, Real const* h,
                                   CellRows<Real> const& work, int first, int count)
{
    int const true_atoms = task.truth.k;
    for (int j = 0; j < true_atoms; ++j) { // a lane has its samples all through: no sync
        std::size_t const truth = static_cast<std::size_t>(j) * task.points + first;
        Real const* const g_true = task.weights_true + truth;
        Real const* const h_true = task.experts_true + truth;
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            work.response[b] = -(g_true[b] * h_true[b]);
            work.gate[b] = -g_true[b];
        }
        for (int at = m.begin[j]; at < m.begin[j + 1]; ++at) {
            int const row = m.member[at] * chunk;
            MOE_SIMD
            for (int b = lanes.rank(); b < count; b += lanes.size()) {
                work.response[b] += g[row + b] * h[row + b];
                work.gate[b] += g[row + b];
            }
        }
        Real* const of_response = m.part + (task.model.k * true_atoms + j) * chunk;
        Real* const of_gate = of_response + true_atoms * chunk;
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            of_response[b] += work.response[b] * work.response[b];
            of_gate[b] += work.gate[b] * work.gate[b];
        }
    }
}

MOE_END_ISA
