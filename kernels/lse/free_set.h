#pragma once

/// @file
/// What a least-squares step works with: which coordinates are free to move, and the factor of
/// their part of the normal equations.

#include "kernels/lse/factor.h"
#include "kernels/lse/step_api.h"

MOE_BEGIN_ISA

/// Range of the damping's diagonal, Ceres' min_lm_diagonal and max_lm_diagonal.
constexpr double least_diagonal = 1e-6;
constexpr double most_diagonal = 1e32;

/// Of the diagonal of J^T J scaled to ones, what is added to it for the predicted gain. Directions
/// whose eigenvalue is far below count as flat: what is left in them is not counted as a gain.
constexpr double flat_eigenvalue = 1e-10;

/// What a coordinate does in a step.
enum class Freedom : int
{
    free,
    frozen,   ///< does not move
    at_lower, ///< moves to its lower bound
    at_upper,
};

/// Working memory of a step.
struct StepMemory
{
    FactorTiles tiles;
    double* z;       ///< [p] the point
    double* step;    ///< [p]
    double* trial;   ///< [p]
    double* product; ///< [p] H times the step, or times that of B
    double* bend;    ///< [p] C times the same
    double* scale;   ///< [stride] of the free coordinates
    double* right;   ///< [stride] right side, then sums
    double* solved;  ///< [stride]
    Freedom* is;     ///< [p]
    int* free;       ///< [p] the free coordinates
    double dead = 0; ///< the largest H_ii of a dead coordinate (dead_share)

    template <class Lanes>
    MOE_HD StepMemory(Lanes lanes, Scratch& scratch, int p)
        : tiles(lanes, scratch), z(take(scratch, p)), step(take(scratch, p)),
          trial(take(scratch, p)), product(take(scratch, p)), bend(take(scratch, p)),
          scale(take(scratch, factor_stride(p))), right(take(scratch, factor_stride(p))),
          solved(take(scratch, factor_stride(p))),
          is(scratch.take<Freedom>(static_cast<std::size_t>(p))),
          free(scratch.take<int>(static_cast<std::size_t>(p)))
    {}

private:
    MOE_HD static double* take(Scratch& scratch, int count)
    {
        // a block's sums stand in `right` beside its rows
        return scratch.take<double>(
            static_cast<std::size_t>(count < most_factor_block ? most_factor_block : count));
    }
};

/// The nearest number in an interval; what is not a number stays so.
MOE_HD MOE_INLINE double clamped(double value, double lower, double upper)
{
    return value < lower ? lower : value > upper ? upper : value;
}

MOE_HD MOE_INLINE bool is_finite(double value)
{
    return value - value == 0;
}

MOE_HD MOE_INLINE double magnitude(double value)
{
    return value < 0 ? -value : value;
}

/// By how much a convex model may still fall, along one coordinate, from a point in its box: with v
/// the slope there, max over t in [lower, upper] of v (at - t).
MOE_HD MOE_INLINE double most_fall(double slope, double at, double lower, double upper)
{
    double const room = slope > 0 ? at - lower : upper - at;
    return slope == 0 ? 0 : magnitude(slope) * room;
}

/// H_ii.
MOE_HD inline double diagonal(StepTask const& task, int p, int i)
{
    return task.gram[static_cast<std::size_t>(i) * p + i];
}

/// Whether a coordinate is frozen where the step begins.
MOE_HD inline bool is_frozen(StepTask const& task, StepMemory const& m, int p, int i)
{
    double const g = task.gradient[i];
    return diagonal(task, p, i) <= m.dead || (m.z[i] <= task.lower[i] && g > 0) ||
           (m.z[i] >= task.upper[i] && g < 0);
}

/// Where the factor of `count` of p coordinates stands.
MOE_HD inline SquareMatrix factor_of(StepTask const& task, int p, int count)
{
    return {task.work, factor_stride(p), factor_stride(count)};
}

/// Lists the free coordinates; how many.
template <class Lanes>
MOE_HD int list_free(Lanes lanes, StepMemory const& m, int p)
{
    int count = 0;
    for (int i = 0; i < p; ++i) {
        if (m.is[i] != Freedom::free)
            continue;
        if (lanes.rank() == 0)
            m.free[count] = i;
        ++count;
    }
    lanes.sync();
    return count;
}

/// Row i of H, and of C.
MOE_HD inline double const* gram_row(StepTask const& task, int p, int i)
{
    return task.gram + static_cast<std::size_t>(i) * p;
}

MOE_HD inline double* curvature_row(StepTask const& task, int p, int i)
{
    return task.curvature + static_cast<std::size_t>(i) * p;
}

/// Which matrix of the free coordinates a factor is of.
enum class System
{
    step, ///< M + mu D
    gain, ///< H, with flat_eigenvalue added to its unit diagonal
};

/// Writes the matrix of a system row by row, for one thread.
template <class Scaled>
void write_system(StepTask const& task, StepMemory const& m, int p, int count, System system,
                  SquareMatrix a, Scaled const& scaled)
{
    bool const curved = system == System::step && task.curved != 0;
    for (int f = 0; f < a.size; ++f) {
        double* const row = a.row(f);
        int const begin = f / most_factor_block * most_factor_block; // all that the factor reads
        if (f < count) {
            double const* const h = gram_row(task, p, m.free[f]);
            MOE_SIMD
            for (int c = begin; c < count; ++c)
                row[c] = c == f ? 1 : scaled(f, h, c);
        }
        if (f < count && curved) {
            double const* const bend = curvature_row(task, p, m.free[f]);
            MOE_SIMD
            for (int c = begin; c < count; ++c)
                row[c] += scaled(f, bend, c);
        }
        for (int c = f < count ? count : begin; c < a.size; ++c)
            row[c] = c == f ? 1 : 0; // the identity behind the last row
    }
    for (int f = 0; system == System::gain && f < count; ++f)
        a.row(f)[f] += flat_eigenvalue;
}

/// The factor of a system of the free coordinates, scaled to a unit diagonal (but for C), in
/// task.work. The answer, whether there is one, is the same for all lanes. Needs the list of
/// `count` free coordinates.
template <class Lanes>
MOE_HD bool factorize_free(Lanes lanes, StepTask const& task, StepMemory const& m, int p, int count,
                           System system)
{
    double const mu = system == System::step ? task.damping : 0;
    for (int f = lanes.rank(); f < count; f += lanes.size()) {
        double const h = diagonal(task, p, m.free[f]);
        m.scale[f] = 1 / math::sqrt(h + mu * clamped(h, least_diagonal, most_diagonal));
    }
    lanes.sync();
    SquareMatrix const a = factor_of(task, p, count);
    MOE_EXPECT(a.size % 8 == 0 && a.stride % 8 == 0 && aligned(a.at, 64));
    auto const scaled = [&](int f, double const* from, int c) {
        return m.scale[f] * from[m.free[c]] * m.scale[c];
    };
#if !defined(__CUDACC__)
    if constexpr (Lanes::serial) {
        write_system(task, m, p, count, system, a, scaled);
        return factorize_serial(a.at, a.stride, a.size, m.tiles.left, least_pivot);
    } else
#endif
    {
        bool const curved = system == System::step && task.curved != 0;
        double const more = system == System::gain ? flat_eigenvalue : 0;
        return factorize_tiles(lanes, a, m.tiles, [&](int f, int c) {
            if (f >= count || c >= count)
                return f == c ? 1.0 : 0.0; // the identity behind the last row
            double const own = f == c ? 1 + more : scaled(f, gram_row(task, p, m.free[f]), c);
            return curved ? own + scaled(f, curvature_row(task, p, m.free[f]), c) : own;
        });
    }
}

/// product and bend = H and C times the steps of those coordinates for which in(i). Call sync
/// before; complete on return.
template <class Lanes, class In>
MOE_HD void multiply_step(Lanes lanes, StepTask const& task, StepMemory const& m, int p,
                          In const& in)
{
    for (int i = lanes.rank(); i < p; i += lanes.size())
        m.right[i] = in(i) ? m.step[i] : 0;
    lanes.sync();
    auto const multiply_by = [&](auto const& row, double* out) {
        row_products(lanes, p, row, m.right, 0, p, m.tiles.left, out);
        lanes.sync();
    };
    multiply_by([&](int i) { return gram_row(task, p, i); }, m.product);
    multiply_by([&](int i) { return curvature_row(task, p, i); }, m.bend);
}

/// sum_i at(i), i < p: every lane has it.
template <class At>
MOE_HD double sum_of(int p, At const& at)
{
    double sum = 0;
    MOE_SIMD_SUM(sum)
    for (int i = 0; i < p; ++i)
        sum += at(i);
    return sum;
}

MOE_END_ISA
