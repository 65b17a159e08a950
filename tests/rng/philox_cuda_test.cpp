// Only where the CUDA backend is built; runs without a device.
#if defined(MOE_HAVE_CUDA)

#include "tests/rng/philox_cuda.h"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace moerate;

TEST_CASE("cuRAND and Random123 give the same words")
{
    constexpr int count = 1000000;
    std::mt19937_64 random(20240522);
    auto const word = [&random] { return static_cast<std::uint32_t>(random() >> 32); };
    std::vector<StreamKey> keys;
    std::vector<Stream> streams;
    std::vector<std::uint64_t> indices;
    for (int i = 0; i < count; ++i) {
        keys.push_back({word(), word(), word(), word()});
        streams.push_back(static_cast<Stream>(word() >> 24));
        indices.push_back(random() >> (64 - philox_index_bits));
    }
    std::vector<Words> cuda(count);
    philox_words_cuda_host(keys.data(), streams.data(), indices.data(), count, cuda.data());
    int different = 0;
    for (int i = 0; i < count; ++i) {
        Words const own = philox(keys[i], streams[i], indices[i]);
        for (int k = 0; k < 4; ++k)
            different += own.w[k] != cuda[i].w[k];
    }
    CHECK(different == 0);
}

#endif
