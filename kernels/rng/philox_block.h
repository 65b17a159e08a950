#pragma once

/// @file
/// The words of many counters that follow each other: philox.h in vectors, where a CPU thread makes
/// them. g++ takes the 64-bit products of a plain loop for full ones, which cost three times as
/// much.

#include "kernels/core/lanes.h"
#include "kernels/rng/philox.h"

#if defined(__AVX2__) && !defined(__CUDACC__)
#include <immintrin.h>
#endif

MOE_BEGIN_ISA

/// words[q * count + i] = word q of counter from + i, i < count. Call sync before another lane
/// reads them.
template <int count, class Lanes>
MOE_HD MOE_FLAT void fill_words(Lanes lanes, StreamKey const& key, Stream stream,
                                std::uint64_t from, std::uint32_t* words)
{
    for (int i = lanes.rank(); i < count; i += lanes.size()) {
        Words const w = philox(key, stream, from + static_cast<std::uint64_t>(i));
        for (int q = 0; q < 4; ++q)
            words[q * count + i] = w.w[q];
    }
}

#if defined(__AVX2__) && !defined(__CUDACC__)

/// Vectors of words.
struct WordVector
{
#if defined(__AVX512F__)
    static constexpr int width = 16;
#else
    static constexpr int width = 8;
#endif
    typedef std::uint32_t Narrow __attribute__((vector_size(4 * width), may_alias));
    typedef std::uint64_t Wide __attribute__((vector_size(4 * width), may_alias));

    /// High and low words of a product.
    struct Product
    {
        Narrow high, low;
    };

    /// a times m, by the products of even and of odd words.
    static Product product(Narrow a, std::uint32_t m)
    {
        Wide const odd_words = reinterpret_cast<Wide>(a) >> 32;
#if defined(__AVX512F__)
        __m512i const by = _mm512_set1_epi32(static_cast<int>(m));
        constexpr __mmask8 all = 0xFF; // the form without a mask warns of numbers that nobody wrote
        Narrow const even =
            reinterpret_cast<Narrow>(_mm512_maskz_mul_epu32(all, reinterpret_cast<__m512i>(a), by));
        Narrow const odd = reinterpret_cast<Narrow>(
            _mm512_maskz_mul_epu32(all, reinterpret_cast<__m512i>(odd_words), by));
        return {__builtin_shufflevector(even, odd, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13,
                                        29, 15, 31),
                __builtin_shufflevector(even, odd, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12,
                                        28, 14, 30)};
#else
        __m256i const by = _mm256_set1_epi32(static_cast<int>(m));
        Narrow const even =
            reinterpret_cast<Narrow>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), by));
        Narrow const odd =
            reinterpret_cast<Narrow>(_mm256_mul_epu32(reinterpret_cast<__m256i>(odd_words), by));
        return {__builtin_shufflevector(even, odd, 1, 9, 3, 11, 5, 13, 7, 15),
                __builtin_shufflevector(even, odd, 0, 8, 2, 10, 4, 12, 6, 14)};
#endif
    }

    /// 0, 1, 2, ...
    static Narrow places()
    {
#if defined(__AVX512F__)
        return Narrow{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#else
        return Narrow{0, 1, 2, 3, 4, 5, 6, 7};
#endif
    }
};

/// Salmon et al. (SC 2011), Philox4x32-10: a round multiplies words 0 and 2 by these, and the keys
/// grow by those.
constexpr std::uint32_t philox_multiplier[2] = {0xD2511F53U, 0xCD9E8D57U};
constexpr std::uint32_t philox_weyl[2] = {0x9E3779B9U, 0xBB67AE85U};
constexpr int philox_rounds = 10;

template <int count>
void fill_words(SerialLanes, StreamKey const& key, Stream stream, std::uint64_t from,
                std::uint32_t* words)
{
    using Narrow = WordVector::Narrow;
    static_assert(count % WordVector::width == 0);
    for (int i = 0; i < count; i += WordVector::width) {
        std::uint64_t const index = from + static_cast<std::uint64_t>(i);
        auto const low = static_cast<std::uint32_t>(index);
        auto const high = static_cast<std::uint32_t>(index >> 32) |
                          static_cast<std::uint32_t>(stream) << (philox_index_bits - 32);
        Narrow word[4];
        word[0] = low + WordVector::places();
        word[1] =
            high - reinterpret_cast<Narrow>(word[0] < low - Narrow{}); // true is -1: the carry
        word[2] = key.replicate - Narrow{};
        word[3] = key.n - Narrow{};
        std::uint32_t round_key[2] = {key.key0, key.key1};
        for (int round = 0; round < philox_rounds; ++round) {
            auto const first = WordVector::product(word[0], philox_multiplier[0]);
            auto const second = WordVector::product(word[2], philox_multiplier[1]);
            word[0] = second.high ^ word[1] ^ round_key[0];
            word[2] = first.high ^ word[3] ^ round_key[1];
            word[1] = second.low;
            word[3] = first.low;
            for (int half = 0; half < 2; ++half)
                round_key[half] += philox_weyl[half];
        }
        for (int q = 0; q < 4; ++q)
            *reinterpret_cast<Narrow*>(words + q * count + i) = word[q];
    }
}

#endif

MOE_END_ISA
