/// @file
/// The host half of cuRAND's Philox.

#include "tests/rng/philox_cuda.h"

namespace moerate
{

void philox_words_cuda_host(StreamKey const* keys, Stream const* streams,
                            std::uint64_t const* indices, int count, Words* out)
{
    for (int i = 0; i < count; ++i)
        out[i] = philox(keys[i], streams[i], indices[i]);
}

} // namespace moerate
