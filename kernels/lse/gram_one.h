#pragma once

/// @file
/// Khatri-Rao sums of one fit, the algorithm of all backends. The samples go by in blocks; of each
/// one, products of coefficients (pairs) and of features (monomials) are made in working memory and
/// a matrix product adds them up. What makes it fast depends on the lanes: gram_serial.h is for one
/// thread with SIMD, gram_lanes.h for cooperating lanes.

#include "kernels/lse/gram_lanes.h"
#if !defined(__CUDACC__)
#include "kernels/lse/gram_serial.h"
#endif

#include <type_traits>

MOE_BEGIN_ISA

/// The sums of some lanes.
template <class Task, class Lanes>
struct GramSumsOf
{
    using Type = LaneGram<Task, Lanes>;
};
#if !defined(__CUDACC__)
template <class Task>
struct GramSumsOf<Task, SerialLanes>
{
    using Type = SerialGram<Task>;
};
#endif

/// Bytes of working memory of run_one.
template <class Real, class Tile, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes lanes, GramTask<Real, Tile> const& task)
{
    Scratch measure(nullptr);
    typename GramSumsOf<GramTask<Real, Tile>, Lanes>::Type const memory(lanes, measure, task);
    return measure.used();
}

/// This part's sums over all samples.
template <class Real, class Tile, class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, GramTask<Real, Tile> const& task, void* scratch_memory)
{
    MOE_EXPECT(task.n >= 1 && 0 <= task.part && task.part < task.parts);
    MOE_EXPECT(aligned(task.maps_gram, 64));
    Scratch scratch(scratch_memory);
    typename GramSumsOf<GramTask<Real, Tile>, Lanes>::Type sums(lanes, scratch, task);
    sums.run();
}

MOE_END_ISA
