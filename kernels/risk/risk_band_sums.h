#pragma once

/// @file
/// Sums of risk_sums.h over whole chunks that stand side by side, in the registers of one CPU
/// thread.

#include "kernels/risk/risk_sums.h"

MOE_BEGIN_ISA

/// Rows of whole chunks, one chunk of a row `step` behind the one before.
template <class Real>
struct ChunkedRows
{
    Real const* at; ///< chunk 0 of row 0
    std::size_t row;
    std::size_t step;
};

/// I x J pair sums, all through `chunks` chunks in registers: part[i][j][b] += (h_i - h*_j)^2.
template <class Real, int I, int J>
inline void pair_block(ChunkedRows<Real> h, ChunkedRows<Real> truth, int chunks, int true_atoms,
                       Real* part)
{
    using Vector = typename Simd<Real>::Vector;
    using Unaligned = typename Simd<Real>::Unaligned;
    for (int v = 0; v < chunk; v += Simd<Real>::width) {
        Vector sum[I][J];
        for (int i = 0; i < I; ++i)
            for (int j = 0; j < J; ++j)
                sum[i][j] =
                    *reinterpret_cast<Vector const*>(part + (i * true_atoms + j) * chunk + v);
        for (int c = 0; c < chunks; ++c) {
            Vector right[J];
            for (int j = 0; j < J; ++j)
                right[j] = *reinterpret_cast<Unaligned const*>(truth.at + j * truth.row +
                                                               c * truth.step + v);
            for (int i = 0; i < I; ++i) {
                Vector const left =
                    *reinterpret_cast<Vector const*>(h.at + i * h.row + c * h.step + v);
                for (int j = 0; j < J; ++j) {
                    Vector const difference = left - right[j];
                    sum[i][j] += difference * difference;
                }
            }
        }
        for (int i = 0; i < I; ++i)
            for (int j = 0; j < J; ++j)
                *reinterpret_cast<Vector*>(part + (i * true_atoms + j) * chunk + v) = sum[i][j];
    }
}

/// Calls the block of `rows` <= I fitted and `columns` <= J true atoms.
template <class Real, int I, int J>
inline void pair_rows(int rows, int columns, ChunkedRows<Real> h, ChunkedRows<Real> truth,
                      int chunks, int true_atoms, Real* part)
{
    if constexpr (I > 1) {
        if (rows < I)
            return pair_rows<Real, I - 1, J>(rows, columns, h, truth, chunks, true_atoms, part);
    }
    if constexpr (J > 1) {
        if (columns < J)
            return pair_rows<Real, I, J - 1>(rows, columns, h, truth, chunks, true_atoms, part);
    }
    pair_block<Real, I, J>(h, truth, chunks, true_atoms, part);
}

/// Adds whole chunks' (h_i - h*_j)^2 to the pair sums.
template <class Real>
void add_band_pairs(ChunkedRows<Real> h, ChunkedRows<Real> truth, int chunks, int k, int true_atoms,
                    Real* part)
{
    constexpr int most = simd_registers == 32 ? 4 : 3; // most^2 sums, most + 2 operands
    int const row_blocks = (k + most - 1) / most;
    int const column_blocks = (true_atoms + most - 1) / most;
    for (int block = 0, i = 0; block < row_blocks; ++block) {
        int const rows = (k - i) / (row_blocks - block);
        for (int other = 0, j = 0; other < column_blocks; ++other) {
            int const columns = (true_atoms - j) / (column_blocks - other);
            pair_rows<Real, most, most>(rows, columns, {h.at + i * h.row, h.row, h.step},
                                        {truth.at + j * truth.row, truth.row, truth.step}, chunks,
                                        true_atoms, part + (i * true_atoms + j) * chunk);
            j += columns;
        }
        i += rows;
    }
}

/// The value as it was rounded: what follows is not contracted with the product that made it.
template <class Vector>
inline Vector rounded(Vector value)
{
    asm("" : "+x"(value));
    return value;
}

/// Adds whole chunks' squares of what the responses and gates of cell j lack.
template <class Real>
void add_band_cell(RiskTask<Real> const& task, RiskSums<Real, SerialLanes> const& m,
                   ChunkedRows<Real> g, ChunkedRows<Real> h, int j, int first, int chunks)
{
    using Vector = typename Simd<Real>::Vector;
    using Unaligned = typename Simd<Real>::Unaligned;
    std::size_t const truth = static_cast<std::size_t>(j) * task.points + first;
    Real* const of_response = m.part + (task.model.k * task.truth.k + j) * chunk;
    Real* const of_gate = of_response + task.truth.k * chunk;
    constexpr int width = Simd<Real>::width;
    constexpr int vectors = chunk / width;
    Vector responses[vectors];
    Vector gates[vectors];
    for (int v = 0; v < vectors; ++v) {
        responses[v] = *reinterpret_cast<Vector const*>(of_response + v * width);
        gates[v] = *reinterpret_cast<Vector const*>(of_gate + v * width);
    }
    for (int c = 0; c < chunks; ++c) {
        Vector response[vectors];
        Vector gate[vectors];
        for (int v = 0; v < vectors; ++v) {
            std::size_t const at = truth + c * chunk + v * width;
            Vector const g_true = *reinterpret_cast<Unaligned const*>(task.weights_true + at);
            Vector const h_true = *reinterpret_cast<Unaligned const*>(task.experts_true + at);
            response[v] = -rounded(g_true * h_true);
            gate[v] = -g_true;
        }
        for (int i = m.begin[j]; i < m.begin[j + 1]; ++i) {
            std::size_t const mine = m.member[i] * g.row + c * g.step;
            for (int v = 0; v < vectors; ++v) {
                Vector const weight = *reinterpret_cast<Vector const*>(g.at + mine + v * width);
                response[v] += weight * *reinterpret_cast<Vector const*>(h.at + mine + v * width);
                gate[v] += weight;
            }
        }
        for (int v = 0; v < vectors; ++v) {
            responses[v] += response[v] * response[v];
            gates[v] += gate[v] * gate[v];
        }
    }
    for (int v = 0; v < vectors; ++v) {
        *reinterpret_cast<Vector*>(of_response + v * width) = responses[v];
        *reinterpret_cast<Vector*>(of_gate + v * width) = gates[v];
    }
}

/// fold_sums() for some sums at a time, so that no sum waits for its last addition: the entries of
/// a sum's vectors onto each other, then these one after the other.
template <class Real>
void fold_band(int sums, RiskSums<Real, SerialLanes> const& m)
{
    constexpr int width = Simd<Real>::width;
    constexpr int some = 8;
    for (int first = 0; first < sums; first += some) {
        int const count = sums - first < some ? sums - first : some;
        double entry[some][width] = {};
        double total[some] = {};
        for (int p = 0; p < count; ++p) {
            Real* const part = m.part + (first + p) * chunk;
            for (int v = 0; v < chunk; v += width) {
                MOE_SIMD
                for (int b = 0; b < width; ++b)
                    entry[p][b] += static_cast<double>(part[v + b]);
            }
            for (int b = 0; b < chunk; ++b)
                part[b] = Real(0);
        }
        for (int b = 0; b < width; ++b)
            for (int p = 0; p < some; ++p)
                total[p] += entry[p][b];
        for (int p = 0; p < count; ++p)
            m.sum[first + p] += total[p];
    }
}

MOE_END_ISA
