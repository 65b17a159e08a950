#pragma once

/// @file
/// Which row stands at which position of an epoch, computed where it is needed and never stored.
///
/// The order is a keyed bijection of [0, n): the position p = x b + y, x in [0, a), y in [0, b),
/// goes through a mixed-radix Feistel network (Black and Rogaway, CT-RSA 2002), whose
/// rounds are x += F(y) mod a and y += F(x) mod b in turn; values at or past n are sent through it
/// again (cycle walking) until one is below n. a = ceil(sqrt(n)) and b = ceil(n / a), so a second
/// pass is needed for less than 1 in sqrt(n).
///
/// Five rounds: with four, neighbouring positions get neighbouring rows 1.45 times too often; with
/// five no such preference is measurable from n of about 1000 on. Below some tens of rows any
/// number of rounds leaves pairs uneven, while each single row stays even to about 4 % or better.

#include "kernels/core/expect.h"
#include "kernels/core/math.h"
#include "kernels/rng/philox.h"

#include <cstdint>

namespace moerate
{

/// The order of one epoch; plain, so that it can be copied into a kernel.
struct alignas(16) EpochOrder
{
    static constexpr int rounds = 5;
    std::uint32_t n;           ///< rows
    std::uint32_t a;           ///< high digit is below a
    std::uint32_t b;           ///< low digit is below b
    std::uint32_t reciprocal;  ///< p / b = (p * reciprocal >> 32) >> shift for p < 2^31
    std::uint32_t shift;       ///< see reciprocal
    std::uint32_t key[rounds]; ///< one a round
    float half_a;              ///< a / 2
    float half_b;              ///< b / 2
};

} // namespace moerate

MOE_BEGIN_ISA

/// High word of the product of two words: for a random word w, high_product(w, m) is uniform on
/// [0, m) up to m / 2^32.
MOE_HD MOE_INLINE std::uint32_t high_product(std::uint32_t w, std::uint32_t m)
{
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(w) * m) >> 32);
}

/// Order of `epoch` over n rows, 1 <= n <= 2^31 - 1. The keys are the words of stream `order` at
/// the indices epoch and 2^32 + epoch.
MOE_HD inline EpochOrder make_order(StreamKey const& key, std::uint32_t epoch, std::uint32_t n)
{
    MOE_EXPECT(1 <= n && n >> 31 == 0);
    EpochOrder order{};
    order.n = n;
    // The square root of a number below 2^31 is at most one off after the cut to an integer.
    order.a = static_cast<std::uint32_t>(math::sqrt(static_cast<double>(n)));
    while (static_cast<std::uint64_t>(order.a) * order.a < n)
        ++order.a;
    // b = 1 has no 32-bit reciprocal; n <= 2 takes b = 2 and the cycle walk.
    order.b = (n + order.a - 1) / order.a;
    order.b = order.b < 2 ? 2 : order.b;
    // Division by multiplication (Granlund and Montgomery, PLDI 1994) with 2^shift < b <=
    // 2^(shift+1).
    while ((2U << order.shift) < order.b)
        ++order.shift;
    order.reciprocal =
        static_cast<std::uint32_t>((std::uint64_t(1) << (32 + order.shift)) / order.b) + 1;
    for (int round = 0; round < EpochOrder::rounds; ++round) {
        auto const call = static_cast<std::uint64_t>(round / 4) << 32;
        order.key[round] = philox(key, Stream::order, call | epoch).w[round % 4];
    }
    order.half_a = static_cast<float>(order.a) * 0.5F;
    order.half_b = static_cast<float>(order.b) * 0.5F;
    return order;
}

/// Keyed hash of a digit onto [0, m], m <= 2^16, where m counts as 0, half = m / 2: multiply, fold,
/// multiply (the multipliers are those of Wellons' lowbias32, 2018), then the word, as a signed
/// number, scaled to -m/2 .. m/2 and shifted by m/2. In float, as conversions cost half of what g++
/// makes of a 64-bit product; one fused rounding, so the same on every backend.
MOE_HD MOE_INLINE std::uint32_t hash_digit(std::uint32_t digit, std::uint32_t key, float half)
{
    std::uint32_t h = (digit ^ key) * 0x7feb352dU;
    h = (h ^ (h >> 15)) * 0x846ca68bU;
    float const word = static_cast<float>(static_cast<std::int32_t>(h));
    return static_cast<std::uint32_t>(
        static_cast<std::int32_t>(std::fma(word, half * 0x1p-31F, half)));
}

/// (digit + step) mod m for digit < m, step <= m: the smaller of the sum and the sum less m, as the
/// latter wraps to a huge number where it would be negative.
MOE_HD MOE_INLINE std::uint32_t add_modulo(std::uint32_t digit, std::uint32_t step, std::uint32_t m)
{
    std::uint32_t const sum = digit + step;
    std::uint32_t const less = sum - m;
    return less < sum ? less : sum;
}

/// One pass of the network over the digits (x, y): a bijection of [0, a b).
MOE_HD MOE_INLINE std::uint32_t scramble(EpochOrder const& order, std::uint32_t x, std::uint32_t y)
{
    for (int round = 0; round < EpochOrder::rounds; ++round) {
        if (round % 2 == 0)
            x = add_modulo(x, hash_digit(y, order.key[round], order.half_a), order.a);
        else
            y = add_modulo(y, hash_digit(x, order.key[round], order.half_b), order.b);
    }
    return x * order.b + y;
}

/// First pass for a position below n; the result may be past n.
MOE_HD MOE_INLINE std::uint32_t scramble_position(EpochOrder const& order, std::uint32_t position)
{
    std::uint32_t const x = high_product(position, order.reciprocal) >> order.shift;
    return scramble(order, x, position - x * order.b);
}

/// The rest of the cycle walk from the result of scramble_position.
MOE_HD inline std::uint32_t walk(EpochOrder const& order, std::uint32_t value)
{
    while (value >= order.n)
        value = scramble(order, value / order.b, value % order.b);
    return value;
}

/// The row at `position` < n of the epoch; each row stands at exactly one position.
MOE_HD inline std::uint32_t at(EpochOrder const& order, std::uint32_t position)
{
    return walk(order, scramble_position(order, position));
}

/// rows[i] = scramble_position(order, first + i) for i < count, on one thread. With vectors it has
/// a text of its own (order_block.h).
template <class Lanes>
MOE_HD MOE_FLAT void scramble_positions(Lanes lanes, EpochOrder const& order, std::uint32_t first,
                                        int count, std::uint32_t* rows)
{
    MOE_SIMD
    for (int i = lanes.rank(); i < count; i += lanes.size())
        rows[i] = scramble_position(order, first + static_cast<std::uint32_t>(i));
}

/// rows[i] = at(order, first + i) for i < count, each written by the lane that owns i; a lane that
/// reads another's rows calls lanes.sync() first. first + count <= n.
template <class Lanes>
MOE_HD void fill_order(Lanes lanes, EpochOrder const& order, std::uint32_t first, int count,
                       std::uint32_t* rows)
{
    MOE_EXPECT(0 <= count && std::uint64_t{first} + static_cast<std::uint64_t>(count) <= order.n);
    EpochOrder const local = order;
    if constexpr (Lanes::serial) {
        scramble_positions(lanes, local, first, count, rows);
        int past = 0; // often none
        MOE_SIMD_SUM(past)
        for (int i = 0; i < count; ++i)
            past += rows[i] >= local.n ? 1 : 0;
        for (int i = 0; past > 0 && i < count; ++i)
            if (rows[i] >= local.n)
                rows[i] = walk(local, rows[i]);
    } else {
        for (int i = lanes.rank(); i < count; i += lanes.size())
            rows[i] = at(local, first + static_cast<std::uint32_t>(i));
    }
}

/// First index of stream `order` that serves sampling with replacement; those below serve the
/// epochs.
constexpr std::uint64_t replacement_index = std::uint64_t(1) << (philox_index_bits - 1);

/// A row drawn with replacement: uniform on [0, n) up to n / 2^32. epoch < 2^23; index of the
/// stream = 2^55 + epoch 2^32 + position, so no counter is shared with make_order.
MOE_HD MOE_INLINE std::uint32_t replacement_row(StreamKey const& key, std::uint32_t epoch,
                                                std::uint32_t position, std::uint32_t n)
{
    MOE_EXPECT(epoch >> 23 == 0 && n >= 1);
    std::uint64_t const index =
        replacement_index + (static_cast<std::uint64_t>(epoch) << 32) + position;
    return high_product(philox(key, Stream::order, index).w[0], n);
}

MOE_END_ISA

#if defined(__AVX2__) && !defined(__CUDACC__)
#include "kernels/rng/order_block.h"
#endif
