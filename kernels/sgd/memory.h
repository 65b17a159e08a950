#pragma once

/// @file
/// The working memory of a fit by minibatch stochastic gradient descent.

#include "kernels/model/forward.h"
#include "kernels/sgd/known_rows.h"
#include "kernels/sgd/single.h"
#include "kernels/sgd/summed.h"

MOE_BEGIN_ISA

/// What stands in scratch of a chunk's samples, beside their x in the tile.
template <class Real>
struct Incoming
{
    std::uint32_t row[chunk];
    Real y[chunk];
};

/// What all lanes of a fit know, kept from their registers.
template <class Real>
struct SgdCommon
{
    int finite; ///< flag of all_finite
    Real scale; ///< 2 factor / batch
    Real rate;  ///< learning rate
};

/// The working memory of a fit.
template <class Real, class Lanes>
struct SgdMemory
{
    // These first: a constant distance from scratch's begin.
    EpochOrder* order;        ///< [1] of this epoch: in scratch, as registers are for the products
    SgdCommon<Real>* common;  ///< [1]
    Incoming<Real>* incoming; ///< [2] of this chunk and of the next one
    int now = 0;              ///< which one is this chunk's
    KnownRows<Lanes> known;   ///< of this epoch
    Forward<Real, Lanes> forward;
    Maps<Real> by_maps; ///< gradient by the maps
    Real* theta;        ///< [p], none where the maps themselves step
    Real* gradient;     ///< [p], likewise
    SingleSteps<Real, Lanes> single;
    SummedMaps<Real, Lanes> summed;

    MOE_HD MOE_FLAT SgdMemory(Lanes lanes, Scratch& scratch, Model const& model, int batch)
        : order(scratch.take<EpochOrder>(1)), common(scratch.take<SgdCommon<Real>>(1)),
          incoming(scratch.take<Incoming<Real>>(2)), known(scratch),
          forward(lanes, scratch, model, !Lanes::copied_maps, false),
          by_maps(forward.tile, scratch, forward.shape),
          theta(forward.shape.copied ? nullptr : scratch.take<Real>(model.layout.size)),
          gradient(forward.shape.copied ? nullptr : scratch.take<Real>(model.layout.size)),
          single(scratch, forward.shape, batch), summed(scratch, model, forward.shape, forward.maps)
    {}
};

MOE_END_ISA
