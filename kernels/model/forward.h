#pragma once

/// @file
/// Predicting with fixed parameters over many samples, chunk by chunk: what data generation,
/// evaluation and risk share.

#include "kernels/model/stage.h"

MOE_BEGIN_ISA

/// Working memory of a forward pass.
template <class Real, class Lanes>
struct Forward
{
    Model const& model;
    Shape shape;
    bool slopes; ///< coefficients() and a gradient may follow
    bool own;    ///< a lane works on its sample in registers: planes have no slopes
    Tile<Real, Lanes> tile;
    Maps<Real> maps;
    Planes<Real> planes;

    /// `with_slopes`: coefficients() may follow predict_chunk(), on the planes that it leaves.
    /// Without `output` these need not have f.
    MOE_HD MOE_FLAT Forward(Lanes lanes, Scratch& scratch, Model const& of,
                            bool with_slopes = false, bool output = true)
        : model(of), shape(shape_in<Lanes>(of, Tile<Real, Lanes>::align)), slopes(with_slopes),
          own(Lanes::warp && !slopes && shape.own), tile(lanes, scratch, shape.features),
          maps(tile, scratch, shape), planes(scratch, shape, own, output)
    {}

    /// Loads the parameters; before the first chunk.
    MOE_HD MOE_FLAT void load(Lanes lanes, Real const* theta)
    {
        tile.clear();
        maps.clear(lanes, shape);
        planes.clear(lanes, shape);
        pack_maps(lanes, model, shape, theta, maps);
    }

    /// Small chunks have small planes from now on (Tile::narrow_planes), where the model's maps
    /// copy theta and no groups have scores. Whoever calls this reads planes in predict_chunk's
    /// `then` alone.
    MOE_HD MOE_FLAT void narrow()
    {
        if constexpr (Lanes::serial) {
            if (shape.copied && shape.gate_rows == shape.k)
                tile.narrow_planes();
        }
    }

    /// Weights, responses and f of the rows that were fetched last, into the planes.
    MOE_HD MOE_FLAT void predict_chunk(Lanes lanes)
    {
        predict_chunk(lanes, [](auto, auto, Planes<Real> const&, int) {});
    }

    /// The same; before a sample's rows are left, then(lanes, rows, planes, first) may go on with
    /// them, for a sample b of these planes is number first + b of the chunk.
    template <class Then>
    MOE_HD MOE_FLAT void predict_chunk(Lanes lanes, Then const& then)
    {
        all_scores(tile, shape, maps, planes.plane);
        if constexpr (Lanes::warp) {
            if (own) {
                if (!shape.light) // much text: once, on the planes
                    activate<ChunkRows>(lanes, model, shape, planes);
                with_size<most_own_rows>(shape.k, [&](auto k) {
                    predict_own<decltype(k)::value>(lanes, model, shape, planes,
                                                    [&](Planes<Real> const& p, auto rows) {
                                                        then(SerialLanes{}, rows, p, lanes.rank());
                                                    });
                });
                return;
            }
        }
        if constexpr (Lanes::serial) {
            if (tile.narrow()) {
                predict_narrow(lanes, then);
                return;
            }
        }
        if constexpr (!Lanes::copied_maps) {
            predict(lanes, model, shape, maps, planes);
            then(lanes, ChunkRows{}, planes, 0);
        }
    }

    /// Before the first chunk_at of a pass: asks for the chunks from `first` on, of n samples.
    MOE_HD MOE_FLAT void begin(Real const* x, int n, int first = 0)
    {
        for (int ahead = 0; ahead < Tile<Real, Lanes>::ahead; ++ahead)
            ask(x, n, first + ahead * chunk);
    }

    /// The same of samples first .. first + count - 1 of n, one chunk after the other.
    MOE_HD MOE_FLAT void chunk_at(Lanes lanes, Real const* x, int n, int first, int count)
    {
        Real const* const rows = x + static_cast<std::size_t>(first) * model.d;
        if constexpr (Lanes::serial) {
            if (slopes)
                tile.fetch(rows, nullptr, count);
            else
                tile.fetch_columns(rows, count);
        } else {
            tile.fetch(rows, nullptr, count);
        }
        ask(x, n, first + Tile<Real, Lanes>::ahead * chunk);
        predict_chunk(lanes);
    }

private:
    /// predict_chunk behind the scores, where planes are narrow.
    template <class Then>
    MOE_NOINLINE void predict_narrow(Lanes lanes, Then const& then)
    {
        using Rows = PlaneRows<Tile<Real, Lanes>::narrow_samples>;
        Planes<Real> const narrow = planes.narrowed(shape.gate_rows, Rows::samples);
        predict_rows<Rows>(lanes, model, shape, narrow);
        then(lanes, Rows{}, narrow, 0);
    }

    MOE_HD MOE_FLAT void ask(Real const* x, int n, int first)
    {
        if (first < n)
            tile.prefetch(x + static_cast<std::size_t>(first) * model.d, nullptr,
                          n - first < chunk ? n - first : chunk);
    }
};

/// Sum in float64 over samples, one partial sum a chunk position, so that the order of the sum
/// does not depend on the lanes. Entries behind a chunk's end are not added.
struct SampleSum
{
    double* part; ///< [chunk]

    MOE_HD MOE_FLAT explicit SampleSum(Scratch& scratch) : part(scratch.take<double>(chunk)) {}

    template <class Lanes>
    MOE_HD MOE_FLAT void clear(Lanes lanes) const
    {
        for (int b = lanes.rank(); b < chunk; b += lanes.size())
            part[b] = 0;
    }

    /// Adds (u[b] - v[b])^2, b < count.
    template <class Real, class Lanes>
    MOE_HD MOE_FLAT void add_square(Lanes lanes, Real const* u, Real const* v, int count) const
    {
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size()) {
            double const difference = static_cast<double>(u[b]) - static_cast<double>(v[b]);
            part[b] += difference * difference;
        }
    }

    /// Adds v[b]^2, b < count.
    template <class Real, class Lanes>
    MOE_HD MOE_FLAT void add_square(Lanes lanes, Real const* v, int count) const
    {
        MOE_SIMD
        for (int b = lanes.rank(); b < count; b += lanes.size())
            part[b] += static_cast<double>(v[b]) * static_cast<double>(v[b]);
    }

    /// The total; call in one lane after a sync.
    MOE_HD MOE_FLAT double total() const
    {
        double sum = 0;
        for (int b = 0; b < chunk; ++b)
            sum += part[b];
        return sum;
    }
};

MOE_END_ISA
