#pragma once

/// @file
/// order.h in vectors, where a CPU thread finds rows. A row is a chain of ten products, each of
/// which waits for the one before, and a processor looks some hundred instructions ahead: so some
/// vectors of rows go through the rounds side by side.

#include "kernels/rng/order.h"
#include "kernels/rng/philox_block.h"

MOE_BEGIN_ISA

/// Vectors of rows that are found side by side. (On 16 registers their digits are partly in memory,
/// which still is faster than four vectors.)
constexpr int order_vectors = 8;
constexpr int order_block = order_vectors * WordVector::width;

/// hash_digit of each word.
inline WordVector::Narrow hash_digits(WordVector::Narrow digit, std::uint32_t key, float half)
{
    WordVector::Narrow h = (digit ^ key) * 0x7feb352dU;
    h = (h ^ (h >> 15)) * 0x846ca68bU;
    typedef std::int32_t Signed __attribute__((vector_size(sizeof(h))));
    typedef float Float __attribute__((vector_size(sizeof(h))));
    Float const word = __builtin_convertvector(reinterpret_cast<Signed>(h), Float);
#if defined(__AVX512F__)
    Float const scaled =
        _mm512_fmadd_ps(word, _mm512_set1_ps(half * 0x1p-31F), _mm512_set1_ps(half));
#else
    Float const scaled =
        _mm256_fmadd_ps(word, _mm256_set1_ps(half * 0x1p-31F), _mm256_set1_ps(half));
#endif
    return reinterpret_cast<WordVector::Narrow>(__builtin_convertvector(scaled, Signed));
}

/// add_modulo of each word.
inline WordVector::Narrow add_modulo(WordVector::Narrow digit, WordVector::Narrow step,
                                     std::uint32_t m)
{
    WordVector::Narrow const sum = digit + step;
    WordVector::Narrow const less = sum - m;
    return less < sum ? less : sum;
}

/// rows[i] = scramble_position(order, first + i), i < order_block.
inline void scramble_block(EpochOrder const& order, std::uint32_t first, std::uint32_t* rows)
{
    using Narrow = WordVector::Narrow;
    typedef std::uint32_t Unaligned
        __attribute__((vector_size(sizeof(Narrow)), may_alias, aligned(4)));
    Narrow x[order_vectors], y[order_vectors];
    for (int v = 0; v < order_vectors; ++v) {
        Narrow const position =
            first + static_cast<std::uint32_t>(v * WordVector::width) + WordVector::places();
        x[v] = WordVector::product(position, order.reciprocal).high >> order.shift;
        y[v] = position - x[v] * order.b;
    }
    for (int round = 0; round < EpochOrder::rounds; ++round) {
        std::uint32_t const key = order.key[round];
        if (round % 2 == 0) {
            for (int v = 0; v < order_vectors; ++v)
                x[v] = add_modulo(x[v], hash_digits(y[v], key, order.half_a), order.a);
        } else {
            for (int v = 0; v < order_vectors; ++v)
                y[v] = add_modulo(y[v], hash_digits(x[v], key, order.half_b), order.b);
        }
    }
    for (int v = 0; v < order_vectors; ++v)
        *reinterpret_cast<Unaligned*>(rows + v * WordVector::width) = x[v] * order.b + y[v];
}

inline void scramble_positions(SerialLanes, EpochOrder const& order, std::uint32_t first, int count,
                               std::uint32_t* rows)
{
    int done = 0;
    for (; done + order_block <= count; done += order_block)
        scramble_block(order, first + static_cast<std::uint32_t>(done), rows + done);
    if (done == count)
        return;
    std::uint32_t rest[order_block];
    scramble_block(order, first + static_cast<std::uint32_t>(done), rest);
    for (int i = 0; done + i < count; ++i)
        rows[done + i] = rest[i];
}

MOE_END_ISA
