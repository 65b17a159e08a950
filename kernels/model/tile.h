#pragma once

/// @file
/// The two tile primitives that carry all families (design.md 2): with Phi the features of a chunk of
/// samples and W, c the packed linear maps,
///
///   scores:      S[j][b]  = W_j . Phi_b + c_j            j < maps, b < chunk
///   accumulate:  G_j     += sum_b C[j][b] Phi_b,  gc_j += sum_b C[j][b]    (= on the `first` chunk)
///
/// Planes S and C are [maps][chunk], samples contiguous; W and G are [maps][stride(features)].

#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"

#include <cstdint>

MOE_BEGIN_ISA

/// Samples that a tile holds. A minibatch is cut into chunks; a short chunk has zero coefficients
/// behind its end.
constexpr int chunk = 32;

/// Any lanes, any memory: the reference text, and the cooperative path until it is specialised.
template <class Real, class Lanes>
class Tile
{
public:
    MOE_HD static int stride(int features) { return features; }

    MOE_HD Tile(Lanes lanes, Scratch& scratch, int features)
        : lanes_(lanes), features_(features),
          rows_(scratch.take<Real>(static_cast<std::size_t>(chunk) * features))
    {
    }

    /// Makes every entry finite, so that samples behind the end of a short chunk do no harm.
    MOE_HD void clear()
    {
        for (int i = lanes_.rank(); i < chunk * features_; i += lanes_.size())
            rows_[i] = Real(0);
        lanes_.sync();
    }

    /// Brings rows x[row[b]], b < count, into the tile. `row` null means rows 0, 1, ....
    MOE_HD void fetch(Real const* x, std::uint32_t const* row, int count)
    {
        for (int i = lanes_.rank(); i < count * features_; i += lanes_.size()) {
            int const b = i / features_;
            std::size_t const from = row == nullptr ? b : row[b];
            rows_[i] = x[from * features_ + i % features_];
        }
        lanes_.sync();
    }

    /// Where a cache can be asked for a later fetch; nothing here.
    MOE_HD void prefetch(Real const*, std::uint32_t const*, int) const {}

    MOE_HD void scores(Real const* w, Real const* c, int maps, Real* s) const
    {
        for (int i = lanes_.rank(); i < maps * chunk; i += lanes_.size()) {
            int const j = i / chunk;
            Real sum = c[j];
            for (int f = 0; f < features_; ++f)
                sum += w[j * features_ + f] * rows_[(i % chunk) * features_ + f];
            s[i] = sum;
        }
        lanes_.sync();
    }

    MOE_HD void accumulate(Real const* coefficient, int maps, bool first, Real* g, Real* gc) const
    {
        for (int i = lanes_.rank(); i < maps * (features_ + 1); i += lanes_.size()) {
            int const j = i / (features_ + 1);
            int const f = i % (features_ + 1);
            Real sum = Real(0);
            for (int b = 0; b < chunk; ++b)
                sum += coefficient[j * chunk + b] * (f < features_ ? rows_[b * features_ + f] : Real(1));
            Real& out = f < features_ ? g[j * features_ + f] : gc[j];
            out = first ? sum : out + sum;
        }
        lanes_.sync();
    }

private:
    Lanes lanes_;
    int features_;
    Real* rows_;
};

MOE_END_ISA

#if !defined(__CUDACC__)
#include "kernels/model/tile_serial.h"
#endif
