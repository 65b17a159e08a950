#pragma once

/// @file
/// The CUDA build's Philox for a comparison on the host; needs no device.

#include "kernels/rng/philox.h"

namespace moerate
{

/// out[i] = words of keys[i], streams[i], indices[i] for i < count, computed on the host from
/// cuRAND's header. All pointers are host memory.
void philox_words_cuda_host(StreamKey const* keys, Stream const* streams,
                            std::uint64_t const* indices, int count, Words* out);

} // namespace moerate
