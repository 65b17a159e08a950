#pragma once

/// @file
/// Rows that a CPU thread's cache is asked for ahead of their use.

#include "kernels/core/hd.h"

#include <cstddef>
#include <cstdint>

MOE_BEGIN_ISA

/// Rows x[row[b]] of d numbers, b < count, or x[b] without `row`, and y[row[b]] where y is given. A
/// processor waits for some sixteen lines at a time and stands still when it is to wait for more:
/// so some rows are asked for beside each part of other work.
template <class Real>
class AskedRows
{
public:
    AskedRows() = default;
    AskedRows(Real const* x, Real const* y, std::uint32_t const* row, int d, int count)
        : x_(x), y_(y), row_(row), d_(d), count_(count)
    {}

    void some() { ask(next_ + at_once < count_ ? next_ + at_once : count_); }
    void rest() { ask(count_); }

private:
    static constexpr int at_once = 6; ///< of 32, in five parts: two blocks, stage, two blocks

    void ask(int end)
    {
        constexpr int line = 64 / static_cast<int>(sizeof(Real));
        for (; next_ < end; ++next_) {
            std::size_t const from =
                row_ == nullptr ? static_cast<std::size_t>(next_) : row_[next_];
            if (y_ != nullptr)
                __builtin_prefetch(y_ + from);
            for (int f = 0; f < d_; f += line)
                __builtin_prefetch(x_ + from * static_cast<std::size_t>(d_) + f);
        }
    }

    Real const* x_ = nullptr;
    Real const* y_ = nullptr;
    std::uint32_t const* row_ = nullptr;
    int d_ = 0;
    int count_ = 0;
    int next_ = 0; ///< to ask for
};

MOE_END_ISA
