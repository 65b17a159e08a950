#pragma once

/// @file
/// The tile for one CPU thread, on SIMD vectors of the level that is compiled for. Both primitives are
/// one small matrix product out[j][v] += sum_t a[j][t] b[t][v] with v the vector direction: samples
/// for the scores (b = the transposed chunk), features for the gradient (b = the chunk itself).

#include "kernels/model/simd.h"
#include "kernels/model/tile.h"

MOE_BEGIN_ISA

template <class Real>
class Tile<Real, SerialLanes>
{
    static constexpr int width = Simd<Real>::width;

public:
    static constexpr int stride(int features) { return (features + width - 1) / width * width; }

    Tile(SerialLanes, Scratch& scratch, int features)
        : features_(features), stride_(stride(features)),
          rows_(scratch.take<Real>(static_cast<std::size_t>(chunk) * stride_)),
          columns_(scratch.take<Real>(static_cast<std::size_t>(chunk) * stride_))
    {
    }

    void clear()
    {
        for (int i = 0; i < chunk * stride_; ++i)
            rows_[i] = Real(0);
    }

    void fetch(Real const* x, std::uint32_t const* row, int count)
    {
        switch (features_ == stride_ ? stride_ / width : 0) { // whole vectors, a known number of them
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
        for (int f = 0; f < stride_; f += Simd<Real>::quad)
            for (int b = 0; b < chunk; b += width)
                transpose_quad<Real>(rows_ + b * stride_ + f, stride_, columns_ + f * chunk + b, chunk);
    }

    /// Asks the cache for the rows of a later fetch.
    void prefetch(Real const* x, std::uint32_t const* row, int count) const
    {
        constexpr int line = 64 / static_cast<int>(sizeof(Real));
        for (int b = 0; b < count; ++b) {
            std::size_t const from = row == nullptr ? static_cast<std::size_t>(b) : row[b];
            for (int f = 0; f < features_; f += line)
                __builtin_prefetch(x + from * static_cast<std::size_t>(features_) + f);
        }
    }

    void scores(Real const* w, Real const* c, int maps, Real* s) const
    {
        multiply<Real>({w, stride_}, features_, {columns_, chunk}, chunk, maps, Init::rows, c,
                       {s, chunk});
    }

    void accumulate(Real const* coefficient, int maps, bool first, Real* g, Real* gc) const
    {
        multiply<Real>({coefficient, chunk}, chunk, {rows_, stride_}, stride_, maps,
                       first ? Init::zero : Init::out, nullptr, {g, stride_});
        row_sums<Real, chunk>(coefficient, maps, first, gc);
    }

private:
    /// Rows into the padded chunk; `vectors` whole vectors each, 0: any width.
    template <int vectors>
    void copy(Real const* x, std::uint32_t const* row, int count)
    {
        using Vector = typename Simd<Real>::Vector;
        using Unaligned = typename Simd<Real>::Unaligned;
        for (int b = 0; b < count; ++b) {
            std::size_t const from = row == nullptr ? static_cast<std::size_t>(b) : row[b];
            Real const* const source = x + from * static_cast<std::size_t>(features_);
            Real* const target = rows_ + b * stride_;
            int const whole = vectors > 0 ? vectors * width : features_ / width * width;
            for (int f = 0; f < whole; f += width)
                *reinterpret_cast<Vector*>(target + f) =
                    *reinterpret_cast<Unaligned const*>(source + f);
            for (int f = whole; vectors == 0 && f < features_; ++f)
                target[f] = source[f];
        }
    }

    int features_;
    int stride_;
    Real* rows_;    ///< [chunk][stride]
    Real* columns_; ///< [stride][chunk]
};

MOE_END_ISA
