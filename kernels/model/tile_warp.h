#pragma once

/// @file
/// The tile for one warp. Both products are register tiled: a lane owns some rows of maps times
/// four samples (scores) or four features (gradient), so that a number read from scratch memory
/// serves four multiply-adds or more.
///
/// A chunk stands sample by sample, `stride` apart. All strides are 4 (2 i + 1) numbers: eight
/// successive rows then begin in different quarters of the 32 banks of shared memory, and loads of
/// four numbers a lane meet no bank twice.

#include "kernels/core/made_here.h"
#include "kernels/model/quads.h"
#include "kernels/model/row_copy.h"
#include "kernels/model/tile.h"
#include "kernels/model/width.h"

MOE_BEGIN_ISA

template <class Real, class Lanes>
class Tile<Real, Lanes, std::enable_if_t<Lanes::warp>>
{
    static constexpr int max_rows = 9; ///< of a lane; registers for 4 max_rows sums

public:
    static constexpr int align = 4;
    static constexpr int ahead = 1;
    MOE_HD static constexpr int stride(int features) { return row_stride(features); }

    MOE_HD MOE_FLAT Tile(Lanes lanes, Scratch& scratch, FeatureMap const& features)
        : lanes_(lanes), features_(features),
          stride_(stride(features.total + (features.derived() ? 2 : 0))),
          chunks_(scratch.take<Real>(static_cast<std::size_t>(2 * chunk) * stride_))
    {
        static_assert(stride(1) <= 1 + most_padding);
    }

    MOE_HD MOE_FLAT void clear()
    {
        for (int i = lanes_.rank(); i < 2 * chunk * stride_; i += lanes_.size())
            chunks_[i] = Real(0);
        lanes_.sync();
    }

    /// Starts to bring the rows of the next fetch. `row` begins a quad of words, or is nullptr
    /// itself.
    template <class Row>
    MOE_HD MOE_FLAT void prefetch(Real const* x, Row row, int count)
    {
        Real* const to = chunks_ + (chunk * stride_ - now_);
        copy_rows_of_x(lanes_, RowCopy<Real, Row>{x, row, count, features_.d, to, stride_});
    }

    /// Takes the rows that were asked for.
    MOE_HD MOE_FLAT void fetch(Real const*, std::uint32_t const*, int count)
    {
        lanes_.wait_copies();
        lanes_.sync();
        now_ = chunk * stride_ - now_;
        if (features_.derived()) {
            derive_features<chunk, Real>(lanes_, features_,
                                         FeatureRows<Real>{chunks_ + now_, stride_}, count);
            lanes_.sync();
        }
    }

    MOE_HD MOE_FLAT void scores(FeatureRange range, Real const* w, Real const* c, int maps,
                                Real* s) const
    {
        MOE_EXPECT(begin_aligned<align>(range, w, s));
        with_width(range, [&](auto width) {
            for_rows<max_rows>(maps, [&](auto rows, int first, int some) {
                score_rows<decltype(rows)::value>(width, range, w + first * width.maps, c + first,
                                                  some, s + first * chunk);
            });
        });
        lanes_.sync();
    }

    MOE_HD MOE_FLAT void accumulate(FeatureRange range, Real const* coefficient, int maps,
                                    bool first_chunk, Real* g, Real* gc) const
    {
        use_gradient(range, coefficient, maps, GradientUse<Real>{first_chunk, false, Real(0)}, g,
                     gc);
        lanes_.sync();
    }

    /// The gradient by maps, to `use` on numbers like them; a lane that reads another's then calls
    /// sync first.
    MOE_HD MOE_FLAT void use_gradient(FeatureRange range, Real const* coefficient, int maps,
                                      GradientUse<Real> const& use, Real* w, Real* c) const
    {
        MOE_EXPECT(begin_aligned<align>(range, w, coefficient));
        with_width(range, [&](auto width) {
            for_rows<max_rows>(maps, [&](auto rows, int first, int some) {
                gradient_rows<decltype(rows)::value>(width, range, coefficient + first * chunk,
                                                     some, use, w + first * width.maps);
            });
        });
        use_plane_sums(lanes_, coefficient, maps, use, c);
    }

private:
    MOE_HD MOE_FLAT Real const* fetched() const { return chunks_ + now_; }

    /// Calls f(width of a range); one of the constant widths where the tile holds no other range.
    template <class F>
    MOE_HD MOE_FLAT void with_width(FeatureRange range, F const& f) const
    {
        if constexpr (Lanes::copied_maps) {
            if (row_stride(range.size) == FixedWidth<8>::maps) {
                f(FixedWidth<8>{});
                return;
            }
        }
        f(AnyWidth{(range.size + 3) / 4, stride(range.size), stride_});
    }

    /// Scores of one block. Lane = (odd rows?, eighth of the samples, half of the features); the
    /// two halves trade what they have summed for each other's samples. Of an odd number of maps
    /// the odd lanes have one less: they take the last one again and drop its results.
    template <int rows, class Width>
    MOE_HD MOE_FLAT void score_rows(Width width, FeatureRange range, Real const* w, Real const* c,
                                    int maps, Real* s) const
    {
        int const lane = made_here(lanes_.rank());
        int const odd = lane & 1;
        int const sample = (lane >> 1) & 7;
        int const half = lane >> 4;
        int const quads = (width.quads + 1) / 2; // of a half; zeros in w behind the range
        int const begin = 4 * quads * half;
        int const mine = 2 * (rows - 1) + odd; // my last one, if it is there
        int const last = mine < maps - 1 ? mine : maps - 1;
        w += odd * width.maps + begin;
        Real const* w_last = w + (last - odd) * width.maps;
        // Samples t = 0, 1 of a lane are those that it keeps, 2, 3 those that it sums for the
        // other.
        Real const* x = fetched() + (sample + 16 * half) * width.samples + range.begin + begin;
        Real const* x_far =
            fetched() + (sample + 16 - 16 * half) * width.samples + range.begin + begin;
        Real sum[rows][4];
        for (int i = 0; i < rows; ++i) {
            Real const offset = c[i + 1 < rows ? 2 * i + odd : last];
            for (int t = 0; t < 4; ++t)
                sum[i][t] = half == 0 ? offset : Real(0);
        }
        MOE_ROLLED
        for (int q = 0; q < quads; ++q) {
            Quad<Real> phi[4];
            for (int t = 0; t < 4; ++t)
                phi[t] = *reinterpret_cast<Quad<Real> const*>((t < 2 ? x : x_far) +
                                                              t % 2 * 8 * width.samples);
            for (int i = 0; i < rows; ++i) {
                auto const a = *reinterpret_cast<Quad<Real> const*>(
                    i + 1 < rows ? w + 2 * i * width.maps : w_last);
                for (int f = 0; f < 4; ++f)
                    for (int t = 0; t < 4; ++t)
                        sum[i][t] += a.v[f] * phi[t].v[f];
            }
            x += 4;
            x_far += 4;
            w += 4;
            w_last += 4;
        }
        store_scores(sum, odd, maps, s + odd * chunk + sample + 16 * half);
    }

    /// Trades halves and stores a lane's two samples of its rows, from s on. All rows of a plane
    /// begin at the same bank, so the odd lanes store their samples in the other order.
    template <int rows>
    MOE_HD MOE_FLAT void store_scores(Real const (&sum)[rows][4], int odd, int maps, Real* s) const
    {
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
    template <int rows, class Width>
    MOE_HD MOE_FLAT void gradient_rows(Width width, FeatureRange range, Real const* coefficient,
                                       int maps, GradientUse<Real> const& use, Real* g) const
    {
        for (int q = 0; q == 0 || q < width.quads; q += 1 << bits_across(width))
            gradient_columns<rows>(width, range, q, coefficient, maps, use, g);
    }

    template <int rows, class Width>
    MOE_HD MOE_FLAT void gradient_columns(Width width, FeatureRange range, int first_quad,
                                          Real const* coefficient, int maps,
                                          GradientUse<Real> const& use, Real* g) const
    {
        int const bits = bits_across(width);
        int const lane = made_here(lanes_.rank());
        int const odd = lane >> 4;
        int const upper = (lane >> 3) & 1;
        int const part = (lane & 15) >> bits; // of 16 >> bits
        int const side = lane & ((1 << bits) - 1);
        int const quad = first_quad + side;
        int const column = 4 * (quad < width.quads ? quad : 0);
        int const samples = chunk >> (4 - bits);
        coefficient += odd * chunk + part * samples;
        // Features 0 and 1 of a lane are those that it keeps.
        Real const* const x = fetched() + part * samples * width.samples + range.begin + column;
        Real const* near = x + 2 * upper;
        Real const* far = x + 2 - 2 * upper;
        Real sum[rows][4] = {};
        MOE_ROLLED
        for (int b = 0; b < samples; b += 4) {
            Pair<Real> phi[4][2];
            for (int t = 0; t < 4; ++t) {
                phi[t][0] = *reinterpret_cast<Pair<Real> const*>(near + t * width.samples);
                phi[t][1] = *reinterpret_cast<Pair<Real> const*>(far + t * width.samples);
            }
            for (int i = 0; i < rows; ++i) {
                auto const a = *reinterpret_cast<Quad<Real> const*>(coefficient + 2 * i * chunk);
                for (int t = 0; t < 4; ++t)
                    for (int f = 0; f < 4; ++f)
                        sum[i][f] += a.v[t] * phi[t][f / 2].v[f % 2];
            }
            near += 4 * width.samples;
            far += 4 * width.samples;
            coefficient += 4;
        }
        bool const writes = quad < width.quads && (part & ~(8 >> bits)) == 0;
        use_sums(sum, bits, use, writes, maps - odd, g + odd * width.maps + column + 2 * upper,
                 2 * width.maps);
    }

    /// Sums the parts, and uses the two features that a lane keeps on the numbers from g on, if it
    /// `writes`. Its rows are every other map of `maps`.
    template <int rows>
    MOE_HD MOE_FLAT void use_sums(Real const (&sum)[rows][4], int bits,
                                  GradientUse<Real> const& use, bool writes, int maps, Real* g,
                                  int stride) const
    {
        use.visit([&](auto const& result) {
            for (int i = 0; i < rows; ++i) {
                Pair<Real> kept;
                for (int f = 0; f < 2; ++f)
                    kept.v[f] = sum[i][f] + lanes_.shuffle_xor(sum[i][f + 2], 8);
                for (int mask = 1 << bits; mask < 8; mask *= 2)
                    for (int f = 0; f < 2; ++f)
                        kept.v[f] += lanes_.shuffle_xor(kept.v[f], mask);
                if (writes && (i + 1 < rows || 2 * i < maps)) {
                    auto* const to = reinterpret_cast<Pair<Real>*>(g + i * stride);
                    Pair<Real> const before = *to;
                    for (int f = 0; f < 2; ++f)
                        kept.v[f] = result(before.v[f], kept.v[f]);
                    *to = kept;
                }
            }
        });
    }

    Lanes lanes_;
    FeatureMap features_;
    int stride_;
    Real* chunks_; ///< [2][chunk][stride] the fetched chunk and the one that is on its way
    int now_ = 0;  ///< where the fetched chunk begins
};

MOE_END_ISA
