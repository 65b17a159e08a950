#pragma once

/// @file
/// The tile for one warp. Both products are register tiled: a lane owns some rows of maps times
/// four samples (scores) or four features (gradient), so that a number read from scratch memory
/// serves four multiply-adds or more.
///
/// A chunk stands sample by sample, `stride` apart. All strides are 4 (2 i + 1) numbers: eight
/// successive rows then begin in different quarters of the 32 banks of shared memory, and loads of
/// four numbers a lane meet no bank twice.

#include "kernels/core/sample_rows.h"
#include "kernels/model/quads.h"
#include "kernels/model/tile.h"

MOE_BEGIN_ISA

template <class Real, class Lanes>
class Tile<Real, Lanes, std::enable_if_t<Lanes::warp>>
{
    static constexpr int max_rows = 9; ///< of a lane; registers for 4 max_rows sums

public:
    static constexpr int align = 4;
    static constexpr int ahead = 1;
    /// Holds an even number of quads, for two halves of the features.
    MOE_HD static constexpr int stride(int features) { return (features + 7) / 8 * 8 + 4; }

    MOE_HD MOE_FLAT Tile(Lanes lanes, Scratch& scratch, FeatureMap const& features)
        : lanes_(lanes), features_(features),
          stride_(stride(features.total + (features.derived() ? 2 : 0))),
          rows_(scratch.take<Real>(static_cast<std::size_t>(chunk) * stride_)),
          next_(scratch.take<Real>(static_cast<std::size_t>(chunk) * stride_))
    {
        static_assert(stride(1) <= 1 + most_padding);
    }

    MOE_HD MOE_FLAT void clear()
    {
        for (int i = lanes_.rank(); i < chunk * stride_; i += lanes_.size())
            rows_[i] = next_[i] = Real(0);
        lanes_.sync();
    }

    /// Starts to bring the rows of the next fetch.
    MOE_HD MOE_FLAT void prefetch(Real const* x, std::uint32_t const* row, int count)
    {
        struct alignas(16) Unit
        {
            Real v[16 / sizeof(Real)];
        };
        constexpr int width = 16 / static_cast<int>(sizeof(Real));
        bool const whole =
            features_.d % width == 0 && reinterpret_cast<std::uintptr_t>(x) % sizeof(Unit) == 0;
        if (whole)
            copy<Unit>(x, row, count, features_.d / width);
        else
            copy<Real>(x, row, count, features_.d);
    }

    /// Takes the rows that were asked for.
    MOE_HD MOE_FLAT void fetch(Real const*, std::uint32_t const*, int count)
    {
        lanes_.wait_copies();
        lanes_.sync();
        Real* const arrived = next_;
        next_ = rows_;
        rows_ = arrived;
        if (features_.derived()) {
            derive_features<chunk, Real>(lanes_, features_, FeatureRows<Real>{rows_, stride_},
                                         count);
            lanes_.sync();
        }
    }

    MOE_HD MOE_FLAT void scores(FeatureRange range, Real const* w, Real const* c, int maps,
                                Real* s) const
    {
        MOE_EXPECT(begin_aligned<align>(range, w, s));
        for_rows(maps, [&](auto rows, int first, int some) {
            int const from = first * stride(range.size);
            score_rows<decltype(rows)::value>(range, w + from, c + first, some, s + first * chunk);
        });
        lanes_.sync();
    }

    MOE_HD MOE_FLAT void accumulate(FeatureRange range, Real const* coefficient, int maps,
                                    bool first_chunk, Real* g, Real* gc) const
    {
        MOE_EXPECT(begin_aligned<align>(range, g, coefficient));
        for_rows(maps, [&](auto rows, int first, int some) {
            int const from = first * stride(range.size);
            gradient_rows<decltype(rows)::value>(range, coefficient + first * chunk, some,
                                                 first_chunk, g + from);
        });
        add_plane_sums(lanes_, coefficient, maps, first_chunk, gc);
        lanes_.sync();
    }

private:
    /// Starts to copy `units` elements of type Unit a row. Lanes stand side by side on a row, as
    /// many as the next power of two.
    template <class Unit>
    MOE_HD MOE_FLAT void copy(Real const* x, std::uint32_t const* row, int count, int units)
    {
        constexpr int width = static_cast<int>(sizeof(Unit) / sizeof(Real));
        int shift = 0;
        while ((1 << shift) < units && (1 << shift) < lanes_.size())
            ++shift;
        int const unit = lanes_.rank() & ((1 << shift) - 1);
        if (1 << shift == units) { // a unit a lane
            Real* to = next_ + (lanes_.rank() >> shift) * stride_ + unit * width;
            x += unit * width;
            for (int b = lanes_.rank() >> shift; b < count; b += lanes_.size() >> shift) {
                std::size_t const from = row == nullptr ? static_cast<std::size_t>(b) : row[b];
                lanes_.copy_async(reinterpret_cast<Unit*>(to),
                                  reinterpret_cast<Unit const*>(x + from * features_.d));
                to += (lanes_.size() >> shift) * stride_;
            }
            return;
        }
        for (int b = lanes_.rank() >> shift; b < count; b += lanes_.size() >> shift) {
            std::size_t const from =
                (row == nullptr ? static_cast<std::size_t>(b) : row[b]) * features_.d;
            for (int u = unit; u < units; u += 1 << shift)
                lanes_.copy_async(reinterpret_cast<Unit*>(next_ + b * stride_ + u * width),
                                  reinterpret_cast<Unit const*>(x + from + u * width));
        }
    }

    /// Calls f(rows of a lane, first map, number of maps) for blocks of maps; half of the lanes own
    /// the even maps of a block and half the odd ones. The rows are a constant, so that their sums
    /// are registers.
    template <class F>
    MOE_HD MOE_FLAT static void for_rows(int maps, F const& f)
    {
        int const blocks = (maps + 2 * max_rows - 1) / (2 * max_rows);
        for (int block = 0, first = 0; block < blocks; ++block) {
            int const some = (maps - first + blocks - block - 1) / (blocks - block);
            with_size<max_rows>((some + 1) / 2, [&](auto rows) { f(rows, first, some); });
            first += some;
        }
    }

    /// Scores of one block. Lane = (odd rows?, eighth of the samples, half of the features); the
    /// two halves trade what they have summed for each other's samples. Of an odd number of maps
    /// the odd lanes have one less: they take the last one again and drop its results.
    template <int rows>
    MOE_HD MOE_FLAT void score_rows(FeatureRange range, Real const* w, Real const* c, int maps,
                                    Real* s) const
    {
        int const w_stride = stride(range.size);
        int const odd = lanes_.rank() & 1;
        int const sample = (lanes_.rank() >> 1) & 7;
        int const half = lanes_.rank() >> 4;
        int const quads = (range.size + 7) / 8; // of a half; zeros in w behind the range
        int const begin = 4 * quads * half;
        int const last = 2 * (rows - 1) + odd < maps ? 2 * (rows - 1) + odd : maps - 1;
        w += odd * w_stride + begin;
        int const to_last = (last - odd) * w_stride;
        // Samples t = 0, 1 of a lane are those that it keeps, 2, 3 those that it sums for the
        // other.
        Real const* const x = rows_ + (sample + 16 * half) * stride_ + range.begin + begin;
        Real const* const x_far = rows_ + (sample + 16 - 16 * half) * stride_ + range.begin + begin;
        Real sum[rows][4];
        for (int i = 0; i < rows; ++i) {
            Real const offset = half == 0 ? c[i + 1 < rows ? 2 * i + odd : last] : Real(0);
            for (int t = 0; t < 4; ++t)
                sum[i][t] = offset;
        }
        MOE_ROLLED
        for (int q = 0; q < quads; ++q) {
            Quad<Real> phi[4];
            for (int t = 0; t < 4; ++t)
                phi[t] = *reinterpret_cast<Quad<Real> const*>((t < 2 ? x : x_far) +
                                                              t % 2 * 8 * stride_ + 4 * q);
            for (int i = 0; i < rows; ++i) {
                auto const a = *reinterpret_cast<Quad<Real> const*>(
                    w + (i + 1 < rows ? 2 * i * w_stride : to_last) + 4 * q);
                for (int f = 0; f < 4; ++f)
                    for (int t = 0; t < 4; ++t)
                        sum[i][t] += a.v[f] * phi[t].v[f];
            }
        }
        // All rows of a plane begin at the same bank, so the odd lanes store their two samples in
        // the other order.
        s += odd * chunk + sample + 16 * half;
        Real* const one = s + 8 * odd;
        Real* const other = s + 8 - 8 * odd;
        for (int i = 0; i < rows; ++i) {
            Real kept[2];
            for (int t = 0; t < 2; ++t)
                kept[t] = sum[i][t] + lanes_.shuffle_xor(sum[i][t + 2], 16);
            if (i + 1 < rows || 2 * i + odd < maps) {
                one[2 * i * chunk] = odd == 0 ? kept[0] : kept[1];
                other[2 * i * chunk] = odd == 0 ? kept[1] : kept[0];
            }
        }
    }

    /// Gradient of one block. Lane = (odd rows?, part of the samples, four features); the parts are
    /// summed in the end, each half of them keeping two of the four features. The row of
    /// coefficients behind an odd number of maps is read (Planes), and its results dropped.
    template <int rows>
    MOE_HD MOE_FLAT void gradient_rows(FeatureRange range, Real const* coefficient, int maps,
                                       bool first_chunk, Real* g) const
    {
        int const quads = (range.size + 3) / 4;
        int const bits = quads > 4 ? 3 : quads > 2 ? 2 : 1; // side by side: 2^bits quads
        int const across = 1 << bits;
        for (int q = 0; q == 0 || q < quads; q += across)
            gradient_columns<rows>(range, bits, q, quads, coefficient, maps, first_chunk, g);
    }

    template <int rows>
    MOE_HD MOE_FLAT void gradient_columns(FeatureRange range, int bits, int first_quad, int quads,
                                          Real const* coefficient, int maps, bool first_chunk,
                                          Real* g) const
    {
        int const g_stride = stride(range.size);
        int const lane = lanes_.rank();
        int const odd = lane >> 4;
        int const upper = (lane >> 3) & 1;
        int const part = (lane & 15) >> bits; // of 16 >> bits
        int const side = lane & ((1 << bits) - 1);
        int const quad = first_quad + side;
        int const column = 4 * (quad < quads ? quad : 0);
        int const samples = chunk >> (4 - bits);
        coefficient += odd * chunk + part * samples;
        // Features 0 and 1 of a lane are those that it keeps.
        Real const* const x = rows_ + part * samples * stride_ + range.begin + column;
        Real const* const near = x + 2 * upper;
        Real const* const far = x + 2 - 2 * upper;
        Real sum[rows][4] = {};
        MOE_ROLLED
        for (int b = 0; b < samples; b += 4) {
            Pair<Real> phi[4][2];
            for (int t = 0; t < 4; ++t) {
                phi[t][0] = *reinterpret_cast<Pair<Real> const*>(near + (b + t) * stride_);
                phi[t][1] = *reinterpret_cast<Pair<Real> const*>(far + (b + t) * stride_);
            }
            for (int i = 0; i < rows; ++i) {
                auto const a =
                    *reinterpret_cast<Quad<Real> const*>(coefficient + 2 * i * chunk + b);
                for (int t = 0; t < 4; ++t)
                    for (int f = 0; f < 4; ++f)
                        sum[i][f] += a.v[t] * phi[t][f / 2].v[f % 2];
            }
        }
        bool const writes = quad < quads && (part & ~(8 >> bits)) == 0;
        g += odd * g_stride + column + 2 * upper;
        for (int i = 0; i < rows; ++i) {
            Pair<Real> kept;
            for (int f = 0; f < 2; ++f)
                kept.v[f] = sum[i][f] + lanes_.shuffle_xor(sum[i][f + 2], 8);
            for (int mask = 1 << bits; mask < 8; mask *= 2)
                for (int f = 0; f < 2; ++f)
                    kept.v[f] += lanes_.shuffle_xor(kept.v[f], mask);
            if (writes && (i + 1 < rows || 2 * i + odd < maps))
                put(reinterpret_cast<Pair<Real>*>(g + 2 * i * g_stride), kept, first_chunk);
        }
    }

    /// Without a branch, as there is one of these for every row of a lane.
    MOE_HD MOE_FLAT static void put(Pair<Real>* to, Pair<Real> value, bool set)
    {
        Pair<Real> const before = *to;
        for (int f = 0; f < 2; ++f)
            value.v[f] = set ? value.v[f] : before.v[f] + value.v[f];
        *to = value;
    }

    Lanes lanes_;
    FeatureMap features_;
    int stride_;
    Real* rows_; ///< [chunk][stride] the fetched chunk
    Real* next_; ///< the one that is on its way
};

MOE_END_ISA
