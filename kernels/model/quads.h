#pragma once

/// @file
/// Numbers that a lane of a warp loads together.

#include "kernels/core/hd.h"
#include "kernels/model/limits.h"

MOE_BEGIN_ISA

/// Four numbers that are loaded together; two for half of them.
template <class Real>
struct alignas(16) Quad
{
    Real v[4];
};
template <class Real>
struct alignas(2 * sizeof(Real)) Pair
{
    Real v[2];
};

/// out[j] = (first ? 0 : out[j]) + sum_b plane[j][b], j < rows, a lane of a warp a row; lanes begin
/// at different quads, which are in different banks. Planes are aligned to quads.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void add_plane_sums(Lanes lanes, Real const* plane, int rows, bool first, Real* out)
{
    constexpr int quads = chunk / 4;
    for (int j = lanes.rank(); j < rows; j += lanes.size()) {
        Quad<Real> sum{};
        for (int q = 0; q < quads; ++q) {
            auto const c =
                *reinterpret_cast<Quad<Real> const*>(plane + j * chunk + 4 * ((j + q) % quads));
            for (int v = 0; v < 4; ++v)
                sum.v[v] += c.v[v];
        }
        Real const total = (sum.v[0] + sum.v[1]) + (sum.v[2] + sum.v[3]);
        out[j] = first ? total : out[j] + total;
    }
}

MOE_END_ISA
