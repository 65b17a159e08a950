#pragma once

/// @file
/// Numbers that a lane of a warp loads together.

#include "kernels/core/hd.h"
#include "kernels/model/limits.h"

#include <cmath>
#include <cstdint>

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

/// Four or two words from an address aligned so.
template <int count>
MOE_HD MOE_FLAT void load_words(std::uint32_t const* from, std::uint32_t (&to)[count])
{
    constexpr int together = count < 4 ? count : 4;
    struct alignas(4 * together) Words
    {
        std::uint32_t v[together];
    };
    for (int i = 0; i < count; i += together) {
        auto const words = *reinterpret_cast<Words const*>(from + i);
        for (int v = 0; v < together; ++v)
            to[i + v] = words.v[v];
    }
}

/// One parameter after a step, theta - rate gradient, rounded once on every backend.
template <class Real>
MOE_HD MOE_FLAT Real stepped(Real theta, Real gradient, Real rate)
{
    return std::fma(-rate, gradient, theta);
}

/// What a chunk's gradient does to the numbers that it is for: they become it, or grow by it, or
/// take a step against it.
template <class Real>
struct GradientUse
{
    bool first; ///< of its minibatch's chunks
    bool steps; ///< and the only one
    Real rate;

    /// Calls f(use), use(before, gradient) the number after it; which one is no lane's own matter.
    template <class F>
    MOE_HD MOE_FLAT void visit(F const& f) const
    {
        if (steps) {
            f([rate = rate](Real before, Real gradient) {
                return stepped(before, gradient, rate);
            });
        } else {
            f([first = first](Real before, Real gradient) {
                return first ? gradient : before + gradient;
            });
        }
    }
};

/// out[j] becomes use(out[j], sum_b plane[j][b]), j < rows, a lane of a warp a row; lanes begin at
/// different quads, which are in different banks. Planes are aligned to quads.
template <class Real, class Lanes>
MOE_HD MOE_FLAT void use_plane_sums(Lanes lanes, Real const* plane, int rows,
                                    GradientUse<Real> const& use, Real* out)
{
    constexpr int row_bytes = chunk * sizeof(Real);
    constexpr int quad_bytes = sizeof(Quad<Real>);
    for (int j = lanes.rank(); j < rows; j += lanes.size()) {
        auto const* const row = reinterpret_cast<char const*>(plane + j * chunk);
        Quad<Real> sum;
        for (int q = 0; q < chunk / 4; ++q) {
            auto const c = *reinterpret_cast<Quad<Real> const*>(
                row + ((j + q) * quad_bytes & (row_bytes - 1)));
            for (int v = 0; v < 4; ++v)
                sum.v[v] = q == 0 ? c.v[v] : sum.v[v] + c.v[v];
        }
        Real const total = (sum.v[0] + sum.v[1]) + (sum.v[2] + sum.v[3]);
        use.visit([&](auto const& result) { out[j] = result(out[j], total); });
    }
}

MOE_END_ISA
