#pragma once

/// @file
/// Rows of an epoch's order, found ahead of their use.

#include "kernels/core/scratch.h"
#include "kernels/model/limits.h"
#include "kernels/rng/order.h"

MOE_BEGIN_ISA

/// Rows of the positions that come next. One CPU thread finds those of some chunks at a time: a row
/// is a chain of products, each of which waits for the one before, so that many side by side take
/// hardly longer than few. Other lanes have a row each and find a chunk's when it is asked for.
template <class Lanes>
class KnownRows
{
public:
    MOE_HD MOE_FLAT explicit KnownRows(Scratch& scratch) : row_(scratch.take<std::uint32_t>(most))
    {}

    /// Before another epoch.
    MOE_HD MOE_FLAT void forget() { end_ = 0; }

    /// rows[i] = at(order, first + i), i < count <= chunk; calls go on from position to position.
    /// A lane that reads another's rows calls sync first.
    MOE_HD MOE_FLAT void find(Lanes lanes, EpochOrder const& order, int first, int count,
                              std::uint32_t* rows)
    {
        if constexpr (Lanes::serial) {
            if (first + count > end_) {
                int const left = static_cast<int>(order.n) - first;
                first_ = first;
                end_ = first + (left < most ? left : most);
                fill_order(lanes, order, static_cast<std::uint32_t>(first), end_ - first, row_);
            }
            std::uint32_t const* const known = row_ + (first - first_);
            MOE_SIMD
            for (int i = 0; i < count; ++i)
                rows[i] = known[i];
        } else {
            fill_order(lanes, order, static_cast<std::uint32_t>(first), count, rows);
        }
    }

private:
    static constexpr int most = Lanes::serial ? 4 * chunk : 0;
    std::uint32_t* row_; ///< [most] of the positions first_ .. end_ - 1
    int first_ = 0;
    int end_ = 0;
};

MOE_END_ISA
