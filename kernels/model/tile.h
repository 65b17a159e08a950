#pragma once

/// @file
/// The two tile primitives that carry all families (design.md 2): with Phi the features of a chunk
/// of samples, of which the call reads one range of columns, and W, c packed linear maps of that
/// range,
///
///   scores:      S[j][b]  = W_j . Phi_b + c_j            j < maps, b < chunk
///   accumulate:  G_j     += sum_b C[j][b] Phi_b,  gc_j += sum_b C[j][b]    (= on the `first`
///   chunk)
///
/// Planes S and C are [maps][chunk], samples contiguous; W and G are [maps][stride(range.size)]. C
/// ends with a row more, which a tile may read.

#include "kernels/core/expect.h"
#include "kernels/core/lanes.h"
#include "kernels/core/scratch.h"
#include "kernels/model/features.h"
#include "kernels/model/limits.h"

#include <cstdint>
#include <type_traits>
#include <utility>

MOE_BEGIN_ISA

/// Whether a range, maps (or their gradient) and samples begin at multiples of `align` numbers, as
/// the register tiles load them.
template <int align, class Real>
MOE_HD bool begin_aligned(FeatureRange range, Real const* maps, Real const* samples)
{
    constexpr std::size_t bytes = align * sizeof(Real);
    return range.begin % align == 0 && aligned(maps, bytes) && aligned(samples, bytes);
}

/// Any lanes: the reference text, which the specialisations of tile_serial.h and tile_warp.h are
/// compared with.
template <class Real, class Lanes, class = void>
class Tile
{
    static constexpr int rows = 3;          ///< of maps that a lane has at a time, for each feature
    static constexpr int pitch = chunk + 1; ///< odd: features without bank conflicts

public:
    static constexpr int align = 1;
    static constexpr int ahead = 1; ///< chunks between a prefetch and its fetch, in a plain pass
    MOE_HD static constexpr int stride(int features) { return features; }

    MOE_HD Tile(Lanes lanes, Scratch& scratch, FeatureMap const& features)
        : lanes_(lanes), features_(features),
          planes_(scratch.take<Real>(static_cast<std::size_t>(pitch) * (features.total + 2)))
    {}

    /// Makes every entry finite, so that samples behind the end of a short chunk do no harm.
    MOE_HD void clear()
    {
        for (int i = lanes_.rank(); i < pitch * features_.total; i += lanes_.size())
            planes_[i] = Real(0);
        lanes_.sync();
    }

    /// Brings rows x[row[b]], b < count, into the tile and derives their features. `row` null means
    /// rows 0, 1, ....
    MOE_HD void fetch(Real const* x, std::uint32_t const* row, int count)
    {
        MOE_EXPECT(0 <= count && count <= chunk);
        int const d = features_.d;
        for (int i = lanes_.rank(); i < count * d; i += lanes_.size()) {
            int const b = i / d;
            std::size_t const from = row == nullptr ? b : row[b];
            planes_[i % d * pitch + b] = x[from * d + i % d];
        }
        lanes_.sync();
        derive_features<chunk, Real>(lanes_, features_, FeaturePlanes<Real, pitch>{planes_}, count);
        lanes_.sync();
    }

    /// Says early which rows a later fetch brings; called for all of them, at least `ahead` chunks
    /// before and in their order. Nothing here.
    MOE_HD void prefetch(Real const*, std::uint32_t const*, int) const {}

    MOE_HD void scores(FeatureRange range, Real const* w, Real const* c, int maps, Real* s) const
    {
        int const size = range.size;
        for (int i = lanes_.rank(); i < blocks(maps) * chunk; i += lanes_.size()) {
            int const first = i / chunk * rows;
            Real const* const phi = planes_ + range.begin * pitch + i % chunk;
            Real const* row[rows]; // behind the end the last one
            Real sum[rows];
            for (int r = 0; r < rows; ++r) {
                int const j = first + r < maps ? first + r : maps - 1;
                row[r] = w + j * size;
                sum[r] = c[j];
            }
            for (int f = 0; f < size; ++f) {
                Real const feature = phi[f * pitch];
                for (int r = 0; r < rows; ++r)
                    sum[r] += row[r][f] * feature;
            }
            for (int r = 0; r < rows; ++r)
                if (first + r < maps)
                    s[(first + r) * chunk + i % chunk] = sum[r];
        }
        lanes_.sync();
    }

    MOE_HD void accumulate(FeatureRange range, Real const* coefficient, int maps, bool first,
                           Real* g, Real* gc) const
    {
        int const size = range.size;
        for (int i = lanes_.rank(); i < blocks(maps) * (size + 1); i += lanes_.size()) {
            int const j = i / (size + 1) * rows;
            int const f = i % (size + 1);
            Real const* const phi = planes_ + (range.begin + f) * pitch;
            Real const* of[rows]; // behind the end the last one
            Real sum[rows] = {};
            for (int r = 0; r < rows; ++r)
                of[r] = coefficient + (j + r < maps ? j + r : maps - 1) * chunk;
            for (int b = 0; b < chunk; ++b) {
                Real const feature = f < size ? phi[b] : Real(1);
                for (int r = 0; r < rows; ++r)
                    sum[r] += of[r][b] * feature;
            }
            for (int r = 0; r < rows && j + r < maps; ++r) {
                Real& out = f < size ? g[(j + r) * size + f] : gc[j + r];
                out = first ? sum[r] : out + sum[r];
            }
        }
        lanes_.sync();
    }

private:
    MOE_HD static constexpr int blocks(int maps) { return (maps + rows - 1) / rows; }

    Lanes lanes_;
    FeatureMap features_;
    Real* planes_; ///< [total + 2][pitch]
};

MOE_END_ISA

#include "kernels/model/tile_warp.h"
#if !defined(__CUDACC__)
#include "kernels/model/tile_serial.h"
#endif
