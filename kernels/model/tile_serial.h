#pragma once

/// @file
/// The tile for one CPU thread, on SIMD vectors of the level that is compiled for. Both primitives
/// are one small matrix product out[j][v] += sum_t a[j][t] b[t][v] with v the vector direction:
/// samples for the scores (b = the transposed chunk), features for the gradient (b = the chunk
/// itself).

#include "kernels/model/asked_rows.h"
#include "kernels/model/tile.h"
#include "kernels/model/transpose.h"

MOE_BEGIN_ISA

/// Columns that a whole number of vectors takes.
template <class Real>
constexpr int padded_columns(int features)
{
    return (features + Simd<Real>::width - 1) / Simd<Real>::width * Simd<Real>::width;
}

/// A chunk whose features stand in columns, of which scores alone are wanted.
template <class Real>
struct ColumnTile
{
    Real const* columns; ///< [features][chunk]

    void scores(FeatureRange range, Real const* w, Real const* c, int maps, Real* s) const
    {
        scores(range, w, c, maps, s, chunk, []() MOE_INLINED {});
    }

    /// Of the first `samples`, whose planes are [maps][samples]; see multiply() for beside.
    template <class Beside>
    void scores(FeatureRange range, Real const* w, Real const* c, int maps, Real* s, int samples,
                Beside const& beside) const
    {
        MOE_EXPECT(begin_aligned<Simd<Real>::width>(range, w, s));
        multiply<Real>({w, padded_columns<Real>(range.size)}, range.size,
                       {columns + range.begin * chunk, chunk}, samples, maps, Init::rows, c,
                       {s, samples}, beside);
    }
};

template <class Real>
class Tile<Real, SerialLanes, void>
{
    static constexpr int width = Simd<Real>::width;
    static constexpr int quad = Simd<Real>::quad;

public:
    static constexpr int align = width;
    static constexpr int ahead = 2;              ///< data may come from far
    static constexpr int narrow_samples = width; ///< of planes, see narrow_planes()
    static constexpr int stride(int features) { return padded_columns<Real>(features); }

    Tile(SerialLanes, Scratch& scratch, FeatureMap const& features)
        : features_(features), d_(features.d), stride_(features.total),
          asked_(scratch.take<AskedRows<Real>>(1)),
          rows_(scratch.take<Real>(static_cast<std::size_t>(chunk) * stride_)),
          columns_(scratch.take<Real>(static_cast<std::size_t>(chunk) * (stride_ + 2)))
    {
        static_assert(stride(1) <= 1 + most_padding);
    }

    void clear()
    {
        for (int i = 0; i < chunk * stride_; ++i)
            rows_[i] = columns_[i] = Real(0);
        *asked_ = AskedRows<Real>();
    }

    void fetch(Real const* x, std::uint32_t const* row, int count)
    {
        MOE_EXPECT(0 <= count && count <= chunk);
        here_ = rows_;
        copy_rows(x, row, count);
        transpose(rows_, stride_, columns_, count);
        if (features_.derived())
            derive(count);
        count_ = count;
        narrow_ = narrows_ && count <= width;
    }

    /// fetch(x, nullptr, count), but that x is used where it stands as long as the chunk is, if it
    /// has the tile's layout.
    void fetch_here(Real const* x, int count)
    {
        if (count < chunk || d_ != stride_ || features_.derived() || !aligned(x, simd_bytes))
            return fetch(x, nullptr, count);
        here_ = x;
        transpose(x, d_, columns_, count);
        count_ = count;
        narrow_ = false;
    }

    /// From now on planes of a fetched chunk that one vector holds are [maps][width].
    void narrow_planes() { narrows_ = true; }

    /// Whether those of the last one are.
    bool narrow() const { return narrow_; }

    /// Numbers that columns of a chunk take.
    std::size_t columns_size() const { return static_cast<std::size_t>(chunk) * (stride_ + 2); }

    /// Brings `count` rows that follow each other, as fetch() does, into `columns` alone: scores()
    /// may follow, accumulate() may not.
    void fetch_columns(Real const* x, int count, Real* columns)
    {
        MOE_EXPECT(0 <= count && count <= chunk);
        if (count == chunk && d_ % quad == 0) {
            transpose(x, d_, columns, count);
        } else {
            copy_rows(x, nullptr, count);
            transpose(rows_, stride_, columns, count);
        }
        if (features_.derived())
            derive_features<chunk, Real>(SerialLanes{}, features_,
                                         FeaturePlanes<Real, chunk>{columns}, count);
    }

    /// The same into the tile's own columns.
    void fetch_columns(Real const* x, int count) { fetch_columns(x, count, columns_); }

    /// Asks the cache for the rows of a later fetch.
    void prefetch(Real const* x, std::uint32_t const* row, int count) const
    {
        AskedRows<Real>(x, nullptr, row, d_, count).rest();
    }

    /// The same, and for y[row[b]], beside what follows: some of them before each block of a
    /// product, some by ask_some(), the rest at the end of accumulate().
    void prefetch_beside(Real const* x, Real const* y, std::uint32_t const* row, int count) const
    {
        *asked_ = AskedRows<Real>(x, y, row, d_, count);
    }
    void ask_some() const { asked_->some(); }
    void ask_rest() const { asked_->rest(); }

    void scores(FeatureRange range, Real const* w, Real const* c, int maps, Real* s) const
    {
        ColumnTile<Real>{columns_}.scores(range, w, c, maps, s, narrow_ ? width : chunk,
                                          [this]() MOE_INLINED { ask_some(); });
    }

    void accumulate(FeatureRange range, Real const* coefficient, int maps, bool first, Real* g,
                    Real* gc) const
    {
        MOE_EXPECT(begin_aligned<align>(range, g, coefficient));
        int const columns = stride(range.size);
        Init const init = first ? Init::zero : Init::out;
        Matrix<Real const> const rows{here_ + range.begin, stride_};
        auto const ask = [this]() MOE_INLINED { ask_some(); };
        if (narrow_) { // samples behind the end would add zeros
            multiply<Real>({coefficient, width}, count_, rows, columns, maps, init, nullptr,
                           {g, columns}, ask);
            row_sums<Real, width>(coefficient, maps, first, gc);
        } else {
            multiply<Real>({coefficient, chunk}, chunk, rows, columns, maps, init, nullptr,
                           {g, columns}, ask);
            row_sums<Real, chunk>(coefficient, maps, first, gc);
        }
        ask_rest();
    }

private:
    void copy_rows(Real const* x, std::uint32_t const* row, int count)
    {
        switch (d_ == stride_ ? stride_ / width : 0) { // whole vectors, a known number of them
        case 1:
            copy<1>(x, row, count);
            break;
        case 2:
            copy<2>(x, row, count);
            break;
        case 4:
            copy<4>(x, row, count);
            break;
        default:
            copy<0>(x, row, count);
        }
    }

    /// x of a chunk's first rows into columns, by whole vectors of rows.
    void transpose(Real const* rows, int step, Real* columns, int count) const
    {
        for (int f = 0; f < d_; f += quad)
            for (int b = 0; b < count; b += width)
                transpose_quad<Real>(rows + b * step + f, step, columns + f * chunk + b, chunk);
    }

    /// Rows into the padded chunk; `vectors` whole vectors each, 0: any width.
    template <int vectors>
    void copy(Real const* x, std::uint32_t const* row, int count)
    {
        using Vector = typename Simd<Real>::Vector;
        using Unaligned = typename Simd<Real>::Unaligned;
        for (int b = 0; b < count; ++b) {
            std::size_t const from = row == nullptr ? static_cast<std::size_t>(b) : row[b];
            Real const* const source = x + from * static_cast<std::size_t>(d_);
            Real* const target = rows_ + b * stride_;
            int const whole = vectors > 0 ? vectors * width : d_ / width * width;
            for (int f = 0; f < whole; f += width)
                *reinterpret_cast<Vector*>(target + f) =
                    *reinterpret_cast<Unaligned const*>(source + f);
            for (int f = whole; vectors == 0 && f < d_; ++f)
                target[f] = source[f];
        }
    }

    /// Derived features, made in the columns, also into the rows. Whole vectors: the first one may
    /// begin inside of x, which is written again as it was.
    void derive(int count)
    {
        derive_features<chunk, Real>(SerialLanes{}, features_, FeaturePlanes<Real, chunk>{columns_},
                                     count);
        for (int f = d_ / width * width; f < stride_; f += width)
            for (int b = 0; b < chunk; b += quad)
                transpose_quad<Real>(columns_ + f * chunk + b, chunk, rows_ + b * stride_ + f,
                                     stride_);
    }

    FeatureMap features_;
    int d_;
    int stride_;                 ///< columns of all features, padded
    AskedRows<Real>* asked_;     ///< of prefetch_beside()
    Real* rows_;                 ///< [chunk][stride]
    Real const* here_ = nullptr; ///< rows of the chunk, of the same layout
    Real* columns_;              ///< [stride + 2][chunk]
    int count_ = chunk;          ///< samples that were fetched last
    bool narrows_ = false;       ///< see narrow_planes()
    bool narrow_ = false;        ///< see narrow()
};

MOE_END_ISA
