#pragma once

/// @file
/// Where the numbers stand that a chunk's samples have between the two tile products.

#include "kernels/core/sample_rows.h"
#include "kernels/core/scratch.h"
#include "kernels/model/limits.h"
#include "kernels/model/shape.h"

MOE_BEGIN_ISA

/// A chunk's planes, samples contiguous, in one array: most stand a constant distance from its
/// begin. The first gate_rows rows of `plane` belong to the gate (atoms, then groups), the k rows
/// at `expert` to the experts; scores become weights and responses, and then coefficients, in
/// place.
template <class Real>
struct Planes
{
    Real* f;        ///< [chunk] prediction
    Real* residual; ///< [chunk] dL/df
    Real* work;     ///< [4][chunk]
    Real* slope;    ///< [k][chunk] dh_j/dz_j
    Real* plane;    ///< [gate_rows + k][chunk], and a row of zeros that tiles may read
    Real* expert;   ///< its second part
    Real* unscaled; ///< [k][chunk] phi(z_j) where h_j = lambda_j phi(z_j), or null
    Real* outer;    ///< [2][k][chunk] psi and psi', or null

    Planes() = default;

    /// `own`: a lane has its sample's other rows in registers (OwnPlanes), and f too where it is
    /// not an output.
    MOE_HD MOE_FLAT Planes(Scratch& scratch, Shape const& shape, bool own, bool output)
    {
        int const before = !own ? 6 : output ? 1 : 0;
        int const slopes = own && shape.light ? 0 : shape.k;
        f = take(scratch, before + slopes + shape.gate_rows + shape.k + 1);
        slope = row(before);
        plane = row(before + slopes);
        expert = row(before + slopes + shape.gate_rows);
        if (before == 0)
            f = nullptr;
        residual = own ? nullptr : row(1);
        work = own ? nullptr : row(2);
        unscaled = shape.factor ? take(scratch, shape.k) : nullptr;
        outer = shape.outer ? take(scratch, 2 * shape.k) : nullptr;
    }

    /// Sets the row behind the coefficients to zero; before the first use.
    template <class Lanes>
    MOE_HD MOE_FLAT void clear(Lanes lanes, Shape const& shape) const
    {
        for (int b = lanes.rank(); b < chunk; b += lanes.size())
            expert[shape.k * chunk + b] = Real(0);
        lanes.sync();
    }

    /// The same memory with rows of `samples`, the experts' behind the gate's.
    MOE_HD MOE_FLAT Planes narrowed(int gate_rows, int samples) const
    {
        Planes narrow = *this;
        narrow.expert = plane + gate_rows * samples;
        return narrow;
    }

private:
    MOE_HD MOE_FLAT static Real* take(Scratch& scratch, int count)
    {
        return scratch.take<Real>(static_cast<std::size_t>(count) * chunk);
    }
    MOE_HD MOE_FLAT Real* row(int number) const
    {
        return f == nullptr ? nullptr : f + number * chunk;
    }
};

/// Rows of a chunk in planes.
using ChunkRows = PlaneRows<chunk>;

/// The planes of a lane's own sample with k atoms, in registers.
template <class Real, int k>
struct OwnPlanes
{
    Real f[1], residual[1], work[4];
    Real slope[k], gate[k], expert[k];

    MOE_HD MOE_FLAT Planes<Real> planes()
    {
        Planes<Real> p;
        p.f = f;
        p.residual = residual;
        p.work = work;
        p.slope = slope;
        p.plane = gate;
        p.expert = expert;
        p.unscaled = p.outer = nullptr;
        return p;
    }

    MOE_HD MOE_FLAT void load(Planes<Real> const& from, int sample, bool slopes)
    {
        OwnRows<k>::each(k, [&](int j) {
            gate[j] = from.plane[j * chunk + sample];
            expert[j] = from.expert[j * chunk + sample];
            if (slopes)
                slope[j] = from.slope[j * chunk + sample];
        });
    }

    MOE_HD MOE_FLAT void store(Planes<Real> const& to, int sample) const
    {
        if (to.f != nullptr)
            to.f[sample] = f[0];
        OwnRows<k>::each(k, [&](int j) {
            to.plane[j * chunk + sample] = gate[j];
            to.expert[j * chunk + sample] = expert[j];
        });
    }
};

MOE_END_ISA
