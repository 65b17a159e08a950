#pragma once

/// @file
/// Sums over the common points of what a fit's experts, responses and gates lack: the part of
/// risk_one.h that is worth a text of its own for one thread and for a warp.

#include "kernels/model/forward.h"
#include "kernels/risk/risk_api.h"

MOE_BEGIN_ISA

/// Chunks between two foldings of the pair sums into float64: 32 terms a float sum keep its
/// rounding at some 1e-6 of the sum, below the sampling error of 10^5 points.
constexpr int chunks_a_fold = 32;

/// Working memory of a risk measurement.
template <class Real, class Lanes>
struct RiskMemory
{
    Forward<Real, Lanes> forward;
    SampleSum square;
    static constexpr int parts = Lanes::warp ? 4 : chunk; ///< of a sum

    Real* part;  ///< [sums][parts] what came to the sums since the last folding
    double* sum; ///< [sums] up to it: of (h_i - h*_j)^2 [k][k*], then of the cells' responses [k*],
                 ///< then of their gates [k*]
    int* cell;   ///< [k] true atom of each fitted one
    int* member; ///< [k] fitted atoms by cell, ascending inside of one
    int* begin;  ///< [k* + 1] first of a cell's
    Real* response; ///< [chunk] sum_{i in A_j} g_i h_i - g*_j h*_j; not for a warp
    Real* gate;     ///< [chunk] sum_{i in A_j} g_i - g*_j

    MOE_HD MOE_FLAT RiskMemory(Lanes lanes, Scratch& scratch, Model const& model, int true_atoms)
        : forward(lanes, scratch, model), square(scratch),
          part(scratch.take<Real>(static_cast<std::size_t>(sums(model.k, true_atoms)) * parts)),
          sum(scratch.take<double>(static_cast<std::size_t>(sums(model.k, true_atoms)))),
          cell(scratch.take<int>(static_cast<std::size_t>(model.k))),
          member(scratch.take<int>(static_cast<std::size_t>(model.k))),
          begin(scratch.take<int>(static_cast<std::size_t>(true_atoms) + 1)),
          response(scratch.take<Real>(Lanes::warp ? 0 : chunk)),
          gate(scratch.take<Real>(Lanes::warp ? 0 : chunk))
    {}

    /// Number of sums.
    MOE_HD static constexpr int sums(int k, int true_atoms)
    {
        return k * true_atoms + 2 * true_atoms;
    }
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
    template <class Memory>
    MOE_HD MOE_FLAT void add(Memory& m) const
    {
        int const true_atoms = task_.truth.k;
        for (int j = slot_; j < true_atoms; j += 8) {
            Real h_true[samples];
            Real g_true[samples];
            load(task_.experts_true, j, h_true);
            load(task_.weights_true, j, g_true);
            add_pairs(m, j, h_true);
            add_cell(m, j, g_true, h_true);
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

    template <class Memory>
    MOE_HD MOE_FLAT void add_pairs(Memory& m, int j, Real const (&h_true)[samples]) const
    {
        for (int i = 0; i < task_.model.k; ++i) {
            Real h[samples];
            load_row(m.forward.planes.expert, i, h);
            for (int b = 0; b < samples; ++b)
                h[b] -= h_true[b];
            m.part[(i * task_.truth.k + j) * m.parts + part_] += squares(h);
        }
    }

    template <class Memory>
    MOE_HD MOE_FLAT void add_cell(Memory& m, int j, Real const (&g_true)[samples],
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
            load_row(m.forward.planes.plane, m.member[at], g);
            load_row(m.forward.planes.expert, m.member[at], h);
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

/// Adds the chunk's (h_i - h*_j)^2 to the pair sums.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_pairs(Lanes lanes, RiskTask<Real> const& task, RiskMemory<Real, Lanes>& m,
                               int first, int count)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    Real const* const h = m.forward.planes.expert;
    if constexpr (Lanes::serial) {
        for (int i = 0; i < k; ++i) {
            for (int j = 0; j < true_atoms; ++j) {
                Real const* const truth =
                    task.experts_true + static_cast<std::size_t>(j) * task.points + first;
                Real* const part = m.part + (i * true_atoms + j) * chunk;
                MOE_SIMD
                for (int b = 0; b < count; ++b) {
                    Real const difference = h[i * chunk + b] - truth[b];
                    part[b] += difference * difference;
                }
            }
        }
    } else { // the truth's number comes from far: it is read once
        for (int j = 0; j < true_atoms; ++j) {
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
}

/// Asks for a chunk of numbers before they are needed.
template <class Real>
MOE_HD MOE_FLAT void prefetch_chunk(Real const* from)
{
#ifndef __CUDA_ARCH__
    for (int b = 0; b < chunk; b += static_cast<int>(64 / sizeof(Real))) // cache lines
        __builtin_prefetch(from + b);
#endif
}

/// Adds the chunk's squares of what the cells' responses and gates lack to their sums.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_responses(Lanes lanes, RiskTask<Real> const& task,
                                   RiskMemory<Real, Lanes>& m, int first, int count)
{
    int const k = task.model.k;
    int const true_atoms = task.truth.k;
    Planes<Real> const& planes = m.forward.planes;
    Real* const response = m.response;
    Real* const gate = m.gate;
    for (int j = 0; j < true_atoms; ++j) { // a lane has its samples all through: no sync
        std::size_t const truth = static_cast<std::size_t>(j) * task.points + first;
        Real const* const g_true = task.weights_true + truth;
        Real const* const h_true = task.experts_true + truth;
        // 2 k* streams are more than a CPU follows by itself.
        constexpr int ahead = 8 * chunk;
        if (Lanes::serial && first + ahead + chunk <= task.points) {
            prefetch_chunk(g_true + ahead);
            prefetch_chunk(h_true + ahead);
        }
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            response[b] = -(g_true[b] * h_true[b]);
            gate[b] = -g_true[b];
        }
        for (int at = m.begin[j]; at < m.begin[j + 1]; ++at) {
            Real const* const g = planes.plane + m.member[at] * chunk;
            Real const* const h = planes.expert + m.member[at] * chunk;
            MOE_SIMD
            for (int b = lanes.rank(); b < count; b += lanes.size()) {
                response[b] += g[b] * h[b];
                gate[b] += g[b];
            }
        }
        Real* const of_response = m.part + (k * true_atoms + j) * chunk;
        Real* const of_gate = of_response + true_atoms * chunk;
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            of_response[b] += response[b] * response[b];
            of_gate[b] += gate[b] * gate[b];
        }
    }
}

/// Moves the float sums into float64.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void fold_sums(Lanes lanes, int sums, RiskMemory<Real, Lanes>& m)
{
    lanes.sync();
    for (int p = lanes.rank(); p < sums; p += lanes.size()) {
        constexpr int parts = RiskMemory<Real, Lanes>::parts;
        Real* const part = m.part + p * parts;
        double sum = 0;
        MOE_SIMD_SUM(sum)
        for (int b = 0; b < parts; ++b)
            sum += static_cast<double>(part[b]);
        m.sum[p] += sum;
        MOE_SIMD
        for (int b = 0; b < parts; ++b)
            part[b] = Real(0);
    }
    lanes.sync();
}

MOE_END_ISA
