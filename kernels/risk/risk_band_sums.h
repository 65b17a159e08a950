#pragma once

/// @file
/// Sums of risk_sums.h over whole chunks that stand side by side, in the registers of one CPU
/// thread.

#include "kernels/model/transpose.h"
#include "kernels/risk/risk_sums.h"

#include <cstring>

MOE_BEGIN_ISA

/// Rows of whole chunks, one chunk of a row `step` behind the one before.
template <class Real>
struct ChunkedRows
{
    Real const* at; ///< chunk 0 of row 0
    std::size_t row;
    std::size_t step;
};

/// I x J pair sums of V vectors, all through `chunks` chunks in registers: part[i][j][b] +=
/// (h_i - h*_j)^2.
template <class Real, int I, int J, int V>
inline void pair_block(ChunkedRows<Real> const& h, ChunkedRows<Real> const& truth, int chunks,
                       int true_atoms, Real* part)
{
    using Vector = typename Simd<Real>::Vector;
    using Unaligned = typename Simd<Real>::Unaligned;
    constexpr int width = Simd<Real>::width;
    for (int b = 0; b < chunk; b += V * width) {
        Vector sum[I * J * V];
        auto const at = [&](int i, int j, int v) MOE_INLINED {
            return reinterpret_cast<Vector*>(part + (i * true_atoms + j) * chunk + b + v * width);
        };
        for_constants<I * J * V>([&](auto s)
                                     MOE_INLINED { sum[s] = *at(s / V / J, s / V % J, s % V); });
        Real const* left = h.at + b;
        Real const* right = truth.at + b;
        for (int c = 0; c < chunks; ++c) {
            for_constants<I * J * V>([&](auto s) MOE_INLINED {
                Vector const difference =
                    *reinterpret_cast<Vector const*>(left + s / V / J * h.row + s % V * width) -
                    *reinterpret_cast<Unaligned const*>(right + s / V % J * truth.row +
                                                        s % V * width);
                sum[s] = multiply_add(difference, difference, sum[s]);
            });
            left += h.step;
            right += truth.step;
        }
        for_constants<I * J * V>([&](auto s)
                                     MOE_INLINED { *at(s / V / J, s / V % J, s % V) = sum[s]; });
    }
}

/// Calls the block of `rows` <= I fitted and `columns` <= J true atoms.
template <class Real, int I, int J>
inline void pair_rows(int rows, int columns, ChunkedRows<Real> const& h,
                      ChunkedRows<Real> const& truth, int chunks, int true_atoms, Real* part)
{
    if constexpr (I > 1) {
        if (rows < I)
            return pair_rows<Real, I - 1, J>(rows, columns, h, truth, chunks, true_atoms, part);
    }
    if constexpr (J > 1) {
        if (columns < J)
            return pair_rows<Real, I, J - 1>(rows, columns, h, truth, chunks, true_atoms, part);
    }
    constexpr int vectors = I * J * 2 + 4 <= simd_registers ? 2 : 1;
    pair_block<Real, I, J, vectors>(h, truth, chunks, true_atoms, part);
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

/// A vector of doubles from as many numbers at any place. (g++ makes __builtin_convertvector of
/// halves, and warns of what its own unmasked intrinsic does not set.)
inline Simd<double>::Vector widened(float const* at)
{
#if defined(__AVX512F__)
    return _mm512_maskz_cvtps_pd(static_cast<__mmask8>(-1), _mm256_loadu_ps(at));
#else
    return _mm256_cvtps_pd(_mm_loadu_ps(at));
#endif
}
inline Simd<double>::Vector widened(double const* at)
{
    return *reinterpret_cast<Simd<double>::Unaligned const*>(at);
}

/// The value as it was rounded: what follows is not contracted with the product that made it.
template <class Vector>
inline Vector rounded(Vector value)
{
    asm("" : "+x"(value));
    return value;
}

/// Adds whole chunks' squares of what the responses and gates of cell j lack. `Members`: their
/// number, an int or, where it is common, a constant.
template <class Real, class Members>
inline void add_band_cell(RiskTask<Real> const& task, RiskSums<Real, SerialLanes> const& m,
                          ChunkedRows<Real> g, ChunkedRows<Real> h, int j, int first, int chunks,
                          Members members)
{
    using Vector = typename Simd<Real>::Vector;
    using Unaligned = typename Simd<Real>::Unaligned;
    constexpr int width = Simd<Real>::width;
    constexpr int some = 2; // vectors at a time
    static_assert(chunk % (some * width) == 0);
    std::size_t const truth = static_cast<std::size_t>(j) * task.points + first;
    Real* const of_response = m.part + (task.model.k * task.truth.k + j) * chunk;
    Real* const of_gate = of_response + task.truth.k * chunk;
    int const* const member = m.member + m.begin[j];
    for (int b = 0; b < chunk; b += some * width) {
        Vector responses[some], gates[some];
        for_constants<some>([&](auto v) MOE_INLINED {
            responses[v] = *reinterpret_cast<Vector const*>(of_response + b + v * width);
            gates[v] = *reinterpret_cast<Vector const*>(of_gate + b + v * width);
        });
        for (int c = 0; c < chunks; ++c) {
            Vector response[some], gate[some];
            for_constants<some>([&](auto v) MOE_INLINED {
                std::size_t const at = truth + c * chunk + b + v * width;
                Vector const g_true = *reinterpret_cast<Unaligned const*>(task.weights_true + at);
                Vector const h_true = *reinterpret_cast<Unaligned const*>(task.experts_true + at);
                response[v] = -rounded(g_true * h_true);
                gate[v] = -g_true;
            });
            for (int i = 0; i < members; ++i) {
                std::size_t const mine = member[i] * g.row + c * g.step + b;
                for_constants<some>([&](auto v) MOE_INLINED {
                    Vector const weight = *reinterpret_cast<Vector const*>(g.at + mine + v * width);
                    response[v] = multiply_add(
                        weight, *reinterpret_cast<Vector const*>(h.at + mine + v * width),
                        response[v]);
                    gate[v] += weight;
                });
            }
            for_constants<some>([&](auto v) MOE_INLINED {
                responses[v] = multiply_add(response[v], response[v], responses[v]);
                gates[v] = multiply_add(gate[v], gate[v], gates[v]);
            });
        }
        for_constants<some>([&](auto v) MOE_INLINED {
            *reinterpret_cast<Vector*>(of_response + b + v * width) = responses[v];
            *reinterpret_cast<Vector*>(of_gate + b + v * width) = gates[v];
        });
    }
}

/// The same of all cells.
template <class Real>
void add_band_cells(RiskTask<Real> const& task, RiskSums<Real, SerialLanes> const& m,
                    ChunkedRows<Real> g, ChunkedRows<Real> h, int first, int chunks)
{
    for (int j = 0; j < task.truth.k; ++j) {
        int const members = m.begin[j + 1] - m.begin[j];
        if (members == 1)
            add_band_cell(task, m, g, h, j, first, chunks, std::integral_constant<int, 1>{});
        else
            add_band_cell(task, m, g, h, j, first, chunks, members);
    }
}

/// Adds whole chunks' powers of e = f - f_true, f: [chunks][chunk] (RiskSums::add_errors).
template <class Real>
void add_band_errors(Real const* f, Real const* f_true, int chunks,
                     RiskSums<Real, SerialLanes> const& m)
{
    using Vector = typename Simd<double>::Vector;
    constexpr int width = Simd<double>::width;
    constexpr int some = simd_registers == 32 ? 4 : 2; // vectors at a time
    for (int b = 0; b < chunk; b += some * width) {
        Vector square[some], fourth[some];
        auto const at = [&](double* part, int v)
                            MOE_INLINED { return reinterpret_cast<Vector*>(part + b + v * width); };
        for_constants<some>([&](auto v) MOE_INLINED {
            square[v] = *at(m.square.part, v);
            fourth[v] = *at(m.fourth.part, v);
        });
        for (int i = b; i < chunks * chunk; i += chunk)
            for_constants<some>([&](auto v) MOE_INLINED {
                Vector const e = widened(f + i + v * width) - widened(f_true + i + v * width);
                Vector const squared = rounded(e * e);
                square[v] = multiply_add(e, e, square[v]);
                fourth[v] = multiply_add(squared, squared, fourth[v]);
            });
        for_constants<some>([&](auto v) MOE_INLINED {
            *at(m.square.part, v) = square[v];
            *at(m.fourth.part, v) = fourth[v];
        });
    }
}

/// fold_sums() for as many sums at a time as stand in a vector, one an entry: of each the entries
/// of its vectors onto each other, then these one after the other.
template <class Real>
void fold_band(int sums, RiskSums<Real, SerialLanes> const& m)
{
    using Vector = typename Simd<double>::Vector;
    constexpr int some = Simd<Real>::width;
    constexpr int wide = Simd<double>::width;
    alignas(simd_bytes) Real last[some * chunk] = {};
    alignas(simd_bytes) Real turned[chunk * some];
    alignas(simd_bytes) double total[some];
    for (int first = 0; first < sums; first += some) {
        int const count = sums - first < some ? sums - first : some;
        Real const* part = m.part + first * chunk;
        if (count < some) {
            std::memcpy(last, part, static_cast<std::size_t>(count) * chunk * sizeof(Real));
            part = last;
        }
        for (int b = 0; b < chunk; b += Simd<Real>::quad)
            transpose_quad<Real>(part + b, chunk, turned + b * some, some);
        Vector sum[some / wide] = {};
        for (int b = 0; b < some; ++b)
            for_constants<some / wide>([&](auto p) MOE_INLINED {
                Vector entry{};
                for_constants<chunk / some>([&](auto v) MOE_INLINED {
                    entry += widened(turned + (v * some + b) * some + p * wide);
                });
                sum[p] += entry;
            });
        for_constants<some / wide>(
            [&](auto p) MOE_INLINED { *reinterpret_cast<Vector*>(total + p * wide) = sum[p]; });
        for (int p = 0; p < count; ++p)
            m.sum[first + p] += total[p];
    }
    std::memset(m.part, 0, static_cast<std::size_t>(sums) * chunk * sizeof(Real));
}

MOE_END_ISA
