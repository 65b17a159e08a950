#pragma once

/// @file
/// The one place that calls a random generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC
/// 2011), from cuRAND under nvcc and from Random123 elsewhere. Both give the published words; their
/// headers define the same macros, so only one of them is ever included.

#include "kernels/core/hd.h"
#include "kernels/rng/stream.h"

#include <cstdint>

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#if !defined(QUALIFIERS)
#define QUALIFIERS static inline __host__ __device__
#endif
#include <curand_philox4x32_x.h>
#else
#include <Random123/philox.h>
#endif

namespace moerate
{

/// The four random words of one counter.
struct Words
{
    std::uint32_t w[4];
};

/// Bits of a stream's index: it shares two counter words with the stream's number.
constexpr int philox_index_bits = 56;

} // namespace moerate

MOE_BEGIN_ISA

/// Words of one counter: key = (key0, key1), counter = (index low, stream << 24 | index high,
/// replicate, n), 0 <= index < 2^56. Pure, and a loop over the index vectorises.
MOE_HD MOE_INLINE Words philox(StreamKey const& key, Stream stream, std::uint64_t index)
{
    auto const low = static_cast<std::uint32_t>(index);
    auto const high = static_cast<std::uint32_t>(index >> 32) | static_cast<std::uint32_t>(stream)
                                                                    << (philox_index_bits - 32);
#if defined(__CUDACC__)
    uint4 const out = curand_Philox4x32_10(make_uint4(low, high, key.replicate, key.n),
                                           make_uint2(key.key0, key.key1));
    return {{out.x, out.y, out.z, out.w}};
#else
    // Random123's own round in a plain loop: g++ vectorises over counters through this, but not
    // through its philox4x32_R.
    r123array4x32 counter = {{low, high, key.replicate, key.n}};
    r123array2x32 round_key = {{key.key0, key.key1}};
    counter = _philox4x32round(counter, round_key);
    for (int round = 1; round < philox4x32_rounds; ++round) {
        round_key = _philox4x32bumpkey(round_key);
        counter = _philox4x32round(counter, round_key);
    }
    return {{counter.v[0], counter.v[1], counter.v[2], counter.v[3]}};
#endif
}

MOE_END_ISA
