#include "kernels/rng/philox_block.h"

#include <catch2/catch.hpp>

#include <array>

using namespace moerate;

namespace
{

using Four = std::array<std::uint32_t, 4>;

/// Words of a raw counter and key; the counter's second word is stream << 24 | index high.
Four words_of(Four counter, std::uint32_t key0, std::uint32_t key1)
{
    StreamKey const key{key0, key1, counter[2], counter[3]};
    std::uint64_t const index =
        static_cast<std::uint64_t>(counter[1] & 0xffffffU) << 32 | counter[0];
    Words const out = philox(key, static_cast<Stream>(counter[1] >> 24), index);
    return {out.w[0], out.w[1], out.w[2], out.w[3]};
}

} // namespace

// Known answers of philox4x32 with 10 rounds: Random123, tests/kat_vectors.
TEST_CASE("Philox gives the published words")
{
    CHECK(words_of({0, 0, 0, 0}, 0, 0) == Four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    std::uint32_t const ones = 0xffffffff;
    CHECK(words_of({ones, ones, ones, ones}, ones, ones) ==
          Four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(words_of({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0) ==
          Four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a loop over the index gives the words of single calls")
{
    constexpr int count = 37;                                 // whole vectors and a rest
    std::uint64_t const from = (std::uint64_t(3) << 32) - 20; // passes the low word's end
    StreamKey const key{1, 2, 3, 4};
    std::uint32_t plane[4][count];
    MOE_SIMD
    for (int i = 0; i < count; ++i) {
        Words const w = philox(key, Stream::noise, from + static_cast<std::uint64_t>(i));
        plane[0][i] = w.w[0];
        plane[1][i] = w.w[1];
        plane[2][i] = w.w[2];
        plane[3][i] = w.w[3];
    }
    for (int i = 0; i < count; ++i) {
        std::uint64_t const index = from + static_cast<std::uint64_t>(i);
        Four const counter{static_cast<std::uint32_t>(index),
                           static_cast<std::uint32_t>(index >> 32) | 2U << 24, 3, 4};
        CHECK(words_of(counter, 1, 2) == Four{plane[0][i], plane[1][i], plane[2][i], plane[3][i]});
    }
}

TEST_CASE("a block has the words of single calls, also where the low word of the index ends")
{
    StreamKey const key{0xDEADBEEF, 0x12345678, 77, 100000};
    constexpr int count = 32;
    for (std::uint64_t from : {std::uint64_t{0}, std::uint64_t{5}, (std::uint64_t{1} << 32) - 7,
                               (std::uint64_t{1} << 55) - 20})
    {
        alignas(64) std::uint32_t words[4 * count];
        fill_words<count>(SerialLanes{}, key, Stream::noise, from, words);
        for (int i = 0; i < count; ++i) {
            Words const one = philox(key, Stream::noise, from + static_cast<std::uint64_t>(i));
            for (int q = 0; q < 4; ++q)
                REQUIRE(words[q * count + i] == one.w[q]);
        }
    }
}

TEST_CASE("every part of key and counter changes the words")
{
    StreamKey const base{10, 20, 30, 40};
    auto const first = [](StreamKey const& key, Stream stream, std::uint64_t index) {
        return philox(key, stream, index).w[0];
    };
    std::uint32_t const word = first(base, Stream::x, 5);
    CHECK(first({11, 20, 30, 40}, Stream::x, 5) != word);
    CHECK(first({10, 21, 30, 40}, Stream::x, 5) != word);
    CHECK(first({10, 20, 31, 40}, Stream::x, 5) != word);
    CHECK(first({10, 20, 30, 41}, Stream::x, 5) != word);
    CHECK(first(base, Stream::noise, 5) != word);
    CHECK(first(base, Stream::x, 6) != word);
    CHECK(first(base, Stream::x, 5 + (std::uint64_t(1) << 32)) != word);
    CHECK(first(base, Stream::x, 5 + (std::uint64_t(1) << 55)) != word);
}
