#pragma once

/// @file
/// What nearly all entry points of a CPU have in them, instantiated once a level (shared_cpu.cpp)
/// in place of once an entry point: functions that are too large to be inlined, and the blocks of
/// products, which still are where they were. For *_cpu.cpp alone: a source with lists of its own
/// (MOE_ISA) instantiates its own.

#include "kernels/model/forward.h"

/// As many as most_block_rows of simd.h, which instantiates no others.
#define MOE_BLOCK(kept, Real, J)                                                                   \
    kept template void multiply_block<Real, J, 1>(Matrix<Real const>, int, Matrix<Real const>,     \
                                                  Init, Real const*, Matrix<Real>);                \
    kept template void multiply_block<Real, J, 2>(Matrix<Real const>, int, Matrix<Real const>,     \
                                                  Init, Real const*, Matrix<Real>);
#define MOE_THREE_BLOCKS(kept, Real, a, b, c)                                                      \
    MOE_BLOCK(kept, Real, a) MOE_BLOCK(kept, Real, b) MOE_BLOCK(kept, Real, c)
#if defined(__SANITIZE_ADDRESS__)
#define MOE_BLOCKS(kept, Real) MOE_THREE_BLOCKS(kept, Real, 1, 2, 3)
#elif defined(__AVX512F__)
#define MOE_BLOCKS(kept, Real)                                                                     \
    MOE_THREE_BLOCKS(kept, Real, 1, 2, 3)                                                          \
    MOE_THREE_BLOCKS(kept, Real, 4, 5, 6)                                                          \
    MOE_THREE_BLOCKS(kept, Real, 7, 8, 9)                                                          \
    MOE_THREE_BLOCKS(kept, Real, 10, 11, 12)
#else
#define MOE_BLOCKS(kept, Real)                                                                     \
    MOE_THREE_BLOCKS(kept, Real, 1, 2, 3)                                                          \
    MOE_THREE_BLOCKS(kept, Real, 4, 5, 6)
#endif

/// `kept` is extern where they are called, nothing where they are kept.
#define MOE_SHARED(kept, Real)                                                                     \
    MOE_BLOCKS(kept, Real)                                                                         \
    kept template void derive_features<chunk, Real>(SerialLanes, FeatureMap const&,                \
                                                    FeaturePlanes<Real, chunk> const&, int);       \
    kept template void pack_maps(SerialLanes, Model const&, Shape const&, Real const*,             \
                                 Maps<Real> const&);                                               \
    kept template void chain_maps(SerialLanes, Model const&, Shape const&, Real const*,            \
                                  Maps<Real> const&, Maps<Real> const&, Real*);                    \
    kept template void apply_outer(SerialLanes, Model const&, Shape const&, Maps<Real> const&,     \
                                   Planes<Real> const&);                                           \
    kept template void activate<ChunkRows>(SerialLanes, Model const&, Shape const&,                \
                                           Planes<Real> const&);                                   \
    kept template void activate<PlaneRows<Simd<Real>::width>>(SerialLanes, Model const&,           \
                                                              Shape const&, Planes<Real> const&);

MOE_BEGIN_ISA

MOE_SHARED(extern, float)
MOE_SHARED(extern, double)

MOE_END_ISA
