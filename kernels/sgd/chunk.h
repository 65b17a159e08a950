#pragma once

/// @file
/// How an epoch's positions are cut into chunks.

#include "kernels/model/limits.h"

MOE_BEGIN_ISA

/// A chunk of an epoch: `count` positions from `first`, `inside` of them a minibatch of `size`.
struct Chunk
{
    int first;
    int count;
    int inside; ///< samples of the minibatch before this chunk
    int size;

    MOE_HD bool opens() const { return inside == 0; }
    MOE_HD bool closes() const { return inside + count == size; }
    MOE_HD bool whole() const { return count == size; } ///< a minibatch by itself
};

/// The chunk at `first`, `inside` a minibatch; the last minibatch of an epoch is short.
MOE_HD inline Chunk chunk_at(int first, int inside, int n, int batch)
{
    int const begin = first - inside;
    int const size = n - begin < batch ? n - begin : batch;
    return {first, size - inside < chunk ? size - inside : chunk, inside, size};
}

MOE_HD inline Chunk next_chunk(Chunk const& at, int n, int batch)
{
    return chunk_at(at.first + at.count, at.closes() ? 0 : at.inside + at.count, n, batch);
}

MOE_END_ISA
